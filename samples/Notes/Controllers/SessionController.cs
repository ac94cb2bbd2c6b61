using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;
using System.Web.Http;
using Notes.SignIn;

namespace Notes.Controllers;

/// <summary>Signs a user in with name and password, and hands the pool's tokens over. Nothing of it is stored or logged.</summary>
public class SessionController : ApiController
{
    [HttpPost, Route("api/session")]
    public async Task<IHttpActionResult> Post(Credentials? credentials, CancellationToken cancellationToken)
    {
        if (credentials is null)
        {
            return BadRequest("Send a JSON object with \"username\" and \"password\".");
        }

        if (!ModelState.IsValid)
        {
            return BadRequest(ModelState);
        }

        try
        {
            var tokens = await new CognitoSignIn().SignInAsync(
                credentials.Username, credentials.Password, cancellationToken);
            var response = Request.CreateResponse(HttpStatusCode.OK, tokens);
            // RFC 6749 §5.1: no cache may keep an answer that carries tokens.
            response.Headers.CacheControl = new CacheControlHeaderValue { NoStore = true };
            return ResponseMessage(response);
        }
        catch (SignInException refusal)
        {
            return Content(refusal.Status, new HttpError(refusal.Message));
        }
    }
}

public sealed class Credentials
{
    [Required(ErrorMessage = "A user name is needed.")]
    [StringLength(128, ErrorMessage = "A user name has up to 128 characters.")]
    public string Username { get; set; } = "";

    [Required(ErrorMessage = "A password is needed.")]
    [StringLength(256, ErrorMessage = "A password has up to 256 characters.")]
    public string Password { get; set; } = "";
}
