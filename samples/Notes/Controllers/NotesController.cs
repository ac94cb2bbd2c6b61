using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Threading.Tasks;
using System.Web.Http;
using CognitoOwin.WebApi;
using Notes.Data;

namespace Notes.Controllers;

/// <summary>The notes of a local user. Only ID tokens have a local user, so these actions reject access tokens.</summary>
[Authorize]
[RoutePrefix("api/notes")]
public class NotesController : ApiController
{
    private readonly NotesStore _store = new();

    [HttpGet, Route("")]
    public async Task<IHttpActionResult> Get() =>
        CurrentUser is { } user ? Ok(await _store.GetNotesAsync(user.Id)) : NoLocalUser();

    [HttpPost, Route("")]
    public async Task<IHttpActionResult> Post(NewNote? note)
    {
        if (CurrentUser is not { } user)
        {
            return NoLocalUser();
        }

        if (note is null)
        {
            return BadRequest("Send a JSON object with a \"text\".");
        }

        if (!ModelState.IsValid)
        {
            return BadRequest(ModelState);
        }

        return Content(HttpStatusCode.Created, await _store.AddNoteAsync(user.Id, note.Text));
    }

    private LocalUser? CurrentUser => Request.GetCognitoUser<LocalUser>();

    private IHttpActionResult NoLocalUser() => Content(
        HttpStatusCode.Forbidden,
        new HttpError("Notes belong to a local user, and an access token has none. Send the ID token."));
}

public sealed class NewNote
{
    [Required(ErrorMessage = "A note needs a text.")]
    [StringLength(1000, ErrorMessage = "A note may have up to 1000 characters.")]
    public string Text { get; set; } = "";
}
