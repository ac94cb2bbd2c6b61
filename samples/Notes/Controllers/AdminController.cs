using System.Net;
using System.Threading.Tasks;
using System.Web.Http;
using Notes.Data;

namespace Notes.Controllers;

/// <summary>Accepts members of the user pool's group "admins". The groups in a token are the roles of its user.</summary>
[Authorize(Roles = "admins")]
public class AdminController : ApiController
{
    private readonly NotesStore _store = new();

    [HttpGet, Route("api/admin")]
    public async Task<IHttpActionResult> Get() => Ok(await _store.CountAsync());

    /// <summary>Closes or opens an account. The handler in Startup.cs rejects the user at the next new token, and then with every token.</summary>
    [HttpPut, Route("api/admin/users/{id:long}/disabled")]
    public async Task<IHttpActionResult> PutDisabled(long id, [FromBody] bool? isDisabled) =>
        isDisabled is not { } value ? BadRequest("Send true or false.")
        : await _store.SetDisabledAsync(id, value) ? StatusCode(HttpStatusCode.NoContent)
        : NotFound();
}
