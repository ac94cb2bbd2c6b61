using System.Threading.Tasks;
using System.Web.Http;
using CognitoOwin.WebApi;
using Notes.Data;

namespace Notes.Controllers
{
    /// <summary>
    /// Accepts access tokens with the scope "reports/read", of users and of programs. Scopes are defined in the user pool, under
    /// "Resource servers".
    /// </summary>
    [CognitoAuthorize(Scopes = "reports/read")]
    public class ReportsController : ApiController
    {
        private readonly NotesStore _store = new NotesStore();

        [HttpGet, Route("api/reports")]
        public async Task<IHttpActionResult> Get() => Ok(await _store.CountAsync());
    }
}
