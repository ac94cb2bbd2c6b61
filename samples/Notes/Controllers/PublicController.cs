using System.Web.Http;

namespace Notes.Controllers
{
    public class PublicController : ApiController
    {
        [HttpGet, Route("api/public")]
        public IHttpActionResult Get() => Ok(new { message = "Everyone may read this." });
    }
}
