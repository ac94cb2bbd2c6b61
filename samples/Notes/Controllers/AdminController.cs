using System.Threading.Tasks;
using System.Web.Http;
using Notes.Data;

namespace Notes.Controllers;

/// <summary>"admins" is a group of the user pool: the groups in a token are the roles of its user.</summary>
[Authorize(Roles = "admins")]
public class AdminController : ApiController
{
    private readonly NotesStore _store = new();

    [HttpGet, Route("api/admin")]
    public async Task<IHttpActionResult> Get() => Ok(await _store.CountAsync());
}
