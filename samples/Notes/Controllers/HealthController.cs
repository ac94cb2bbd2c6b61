using System.Net;
using System.Web;
using System.Web.Http;
using Microsoft.Owin;

namespace Notes.Controllers;

public class HealthController : ApiController
{
    // For a monitor: 200 also while known keys serve through an outage (IsDegraded). A load balancer that stops sending requests at a 503 would close what is open to everyone too.
    [HttpGet, Route("health")]
    public IHttpActionResult Get()
    {
        var health = HttpContext.Current.GetOwinContext().GetCognitoHealth();
        return Content(health.IsUsable ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, health);
    }
}
