using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Threading.Tasks;
using System.Web.Http;
using CognitoOwin.WebApi;
using Notes.Data;

namespace Notes.Controllers
{
    /// <summary>The notes of a local user. A program with a token of its own (client credentials) has none, and gets 403.</summary>
    [CognitoAuthorize(UsersOnly = true)]
    [RoutePrefix("api/notes")]
    public class NotesController : ApiController
    {
        private readonly NotesStore _store = new NotesStore();

        [HttpGet, Route("")]
        public async Task<IHttpActionResult> Get() => Ok(await _store.GetNotesAsync(CurrentUser.Id));

        [HttpPost, Route("")]
        public async Task<IHttpActionResult> Post(NewNote note)
        {
            if (note == null)
            {
                return BadRequest("Send a JSON object with a \"text\".");
            }

            if (!ModelState.IsValid)
            {
                return BadRequest(ModelState);
            }

            return Content(HttpStatusCode.Created, await _store.AddNoteAsync(CurrentUser.Id, note.Text));
        }

        private LocalUser CurrentUser => Request.GetCognitoUser<LocalUser>();
    }

    public sealed class NewNote
    {
        [Required(ErrorMessage = "A note needs a text.")]
        [StringLength(1000, ErrorMessage = "A note may have up to 1000 characters.")]
        public string Text { get; set; }
    }
}
