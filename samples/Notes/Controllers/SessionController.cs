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
/// Signs a user in with name and password, hands the pool's tokens over, refreshes them, and revokes them in the end. Nothing of
/// it is stored or logged.
/// </summary>
public class SessionController : ApiController
{
    [HttpPost, Route("api/session")]
    public Task<IHttpActionResult> Post(Credentials? credentials, CancellationToken cancellationToken) =>
        AnswerAsync(
            credentials,
            "Send a JSON object with \"username\" and \"password\".",
            async sent => Tokens(await new CognitoSignIn().SignInAsync(sent.Username, sent.Password, cancellationToken)));

    /// <summary>New ID and access tokens for a refresh token, without the password.</summary>
    [HttpPost, Route("api/session/refresh")]
    public Task<IHttpActionResult> PostRefresh(Session? session, CancellationToken cancellationToken) =>
        AnswerAsync(
            session,
            "Send a JSON object with \"refreshToken\".",
            async sent => Tokens(await new CognitoSignIn().RefreshAsync(sent.RefreshToken, sent.Username, cancellationToken)));

    /// <summary>
    /// Signs out: the refresh token is worth nothing afterwards. The other two are good until they expire, here and everywhere
    /// else that judges them by their signature: the client must forget them.
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
        // RFC 6749 §5.1: no cache may keep an answer that carries tokens.
        response.Headers.CacheControl = new CacheControlHeaderValue { NoStore = true };
        return ResponseMessage(response);
    }
}

public sealed class Session
{
    [Required(ErrorMessage = "A refresh token is needed.")]
    [StringLength(8192, ErrorMessage = "A refresh token has up to 8192 characters.")]
    public string RefreshToken { get; set; } = "";

    /// <summary>Only an app client that has a secret needs it to refresh.</summary>
    [StringLength(128, ErrorMessage = "A user name has up to 128 characters.")]
    public string? Username { get; set; }
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
