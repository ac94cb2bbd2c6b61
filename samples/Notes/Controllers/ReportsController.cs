using System.Threading.Tasks;
using System.Web.Http;
using CognitoOwin.WebApi;
using Notes.Data;

namespace Notes.Controllers;

/// <summary>
/// For programs as much as for people: what counts is the scope "reports/read" of the access token, whoever has it. Scopes are
/// defined at the user pool, under "Resource servers".
/// </summary>
[CognitoAuthorize(Scopes = "reports/read")]
public class ReportsController : ApiController
{
    private readonly NotesStore _store = new();

    [HttpGet, Route("api/reports")]
    public async Task<IHttpActionResult> Get() => Ok(await _store.CountAsync());
}
