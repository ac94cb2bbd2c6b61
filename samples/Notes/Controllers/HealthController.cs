using System.Net;
using System.Web;
using System.Web.Http;
using Microsoft.Owin;

namespace Notes.Controllers
{
    public class HealthController : ApiController
    {
        // For a monitor. A load balancer would stop all requests at a 503, also those that need no token (docs/operations.md). The answer is
        // also 200 while an outage lasts and kept keys still serve (IsDegraded).
        [HttpGet, Route("health")]
        public IHttpActionResult Get()
        {
            var health = HttpContext.Current.GetOwinContext().GetCognitoHealth();
            return Content(health.IsUsable ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, health);
        }
    }
}
