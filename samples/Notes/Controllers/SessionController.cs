using System;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;
using System.Web.Http;
using Notes.SignIn;

namespace Notes.Controllers;

/// <summary>
/// Signs a user in with name and password, returns the tokens of the pool, refreshes them and revokes them. It does not store or log
/// passwords and tokens.
/// </summary>
public class SessionController : ApiController
{
    [HttpPost, Route("api/session")]
    public Task<IHttpActionResult> Post(Credentials? credentials, CancellationToken cancellationToken) =>
        AnswerAsync(
            credentials,
            "Send a JSON object with \"username\" and \"password\".",
            async sent => Tokens(await new CognitoSignIn().SignInAsync(sent.Username, sent.Password, cancellationToken)));

    /// <summary>Gets new ID and access tokens with a refresh token, without the password.</summary>
    [HttpPost, Route("api/session/refresh")]
    public Task<IHttpActionResult> PostRefresh(Session? session, CancellationToken cancellationToken) =>
        AnswerAsync(
            session,
            "Send a JSON object with \"refreshToken\".",
            async sent => Tokens(await new CognitoSignIn().RefreshAsync(sent.RefreshToken, sent.Username, cancellationToken)));

    /// <summary>
    /// Signs out by revoking the refresh token. The other two tokens stay valid until they expire, for every API that validates their
    /// signature. So the client must delete them.
    /// </summary>
    [HttpDelete, Route("api/session")]
    public Task<IHttpActionResult> Delete(Session? session, CancellationToken cancellationToken) =>
        AnswerAsync(session, "Send a JSON object with \"refreshToken\".", async sent =>
        {
            await new CognitoSignIn().RevokeAsync(sent.RefreshToken, cancellationToken);
            return StatusCode(HttpStatusCode.NoContent);
        });

    private async Task<IHttpActionResult> AnswerAsync<T>(T? sent, string expected, Func<T, Task<IHttpActionResult>> answer)
        where T : class
    {
        if (sent is null)
        {
            return BadRequest(expected);
        }

        if (!ModelState.IsValid)
        {
            return BadRequest(ModelState);
        }

        try
        {
            return await answer(sent);
        }
        catch (SignInException refusal)
        {
            return Content(refusal.Status, new HttpError(refusal.Message));
        }
    }

    private IHttpActionResult Tokens(SessionTokens tokens)
    {
        var response = Request.CreateResponse(HttpStatusCode.OK, tokens);
        // RFC 6749 §5.1: caches must not store an answer that contains tokens.
        response.Headers.CacheControl = new CacheControlHeaderValue { NoStore = true };
        return ResponseMessage(response);
    }
}

public sealed class Session
{
    [Required(ErrorMessage = "The refresh token is missing.")]
    [StringLength(8192, ErrorMessage = "A refresh token has up to 8192 characters.")]
    public string RefreshToken { get; set; } = "";

    /// <summary>Required to refresh tokens of an app client that has a secret.</summary>
    [StringLength(128, ErrorMessage = "A user name has up to 128 characters.")]
    public string? Username { get; set; }
}

public sealed class Credentials
{
    [Required(ErrorMessage = "The user name is missing.")]
    [StringLength(128, ErrorMessage = "A user name has up to 128 characters.")]
    public string Username { get; set; } = "";

    [Required(ErrorMessage = "The password is missing.")]
    [StringLength(256, ErrorMessage = "A password has up to 256 characters.")]
    public string Password { get; set; } = "";
}
