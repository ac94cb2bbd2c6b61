using System;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;
using System.Web.Http;
using CognitoOwin;
using CognitoOwin.WebApi;
using Notes.SignIn;

namespace Notes.Controllers
{
    /// <summary>
    /// Signs a user in with name and password, returns the tokens of the pool, refreshes them and revokes them. It does not store or log
    /// passwords and tokens.
    /// </summary>
    public class SessionController : ApiController
    {
        [HttpPost, Route("api/session")]
        public Task<IHttpActionResult> Post(Credentials credentials, CancellationToken cancellationToken) =>
            AnswerAsync(
                credentials,
                "Send a JSON object with \"username\" and \"password\".",
                async sent => Tokens(await new CognitoSignIn().SignInAsync(sent.Username, sent.Password, cancellationToken)));

        /// <summary>Gets new ID and access tokens with a refresh token, without the password.</summary>
        [HttpPost, Route("api/session/refresh")]
        public Task<IHttpActionResult> PostRefresh(Session session, CancellationToken cancellationToken) =>
            AnswerAsync(
                session,
                "Send a JSON object with \"refreshToken\".",
                async sent => Tokens(await new CognitoSignIn().RefreshAsync(sent.RefreshToken, sent.Username, cancellationToken)));

        /// <summary>
        /// Signs out: revokes the refresh token at Cognito, and the sign-in of the token in the header here. Other APIs that validate
        /// signatures still accept the two tokens until they expire, so the client must delete them.
        /// </summary>
        [HttpDelete, Route("api/session")]
        public Task<IHttpActionResult> Delete(Session session, CancellationToken cancellationToken) =>
            AnswerAsync(session, "Send a JSON object with \"refreshToken\".", async sent =>
            {
                var isRefreshTokenRevoked = false;
                try
                {
                    await new CognitoSignIn().RevokeAsync(sent.RefreshToken, cancellationToken);
                    isRefreshTokenRevoked = true;
                }
                finally
                {
                    // Also if Cognito cannot be reached. The revocation is then kept for as long as the refresh token is valid.
                    await RevokeSignInAsync(isRefreshTokenRevoked);
                }

                return StatusCode(HttpStatusCode.NoContent);
            });

        /// <summary>
        /// Revokes the token in the header alone. A client of a user pool that writes no origin_jti calls it for each of its tokens.
        /// </summary>
        [Authorize]
        [HttpDelete, Route("api/session/token")]
        public async Task<IHttpActionResult> DeleteToken()
        {
            await Request.GetCognitoRevocations().RevokeTokenAsync(User);
            return StatusCode(HttpStatusCode.NoContent);
        }

        private async Task RevokeSignInAsync(bool isRefreshTokenRevoked)
        {
            if (User.GetCognitoOriginJti() != null)
            {
                await Request.GetCognitoRevocations().RevokeSignInAsync(User, isRefreshTokenRevoked);
            }
            else if (User.GetCognitoSubject() != null)
            {
                await Request.GetCognitoRevocations().RevokeTokenAsync(User);
            }
        }

        private async Task<IHttpActionResult> AnswerAsync<T>(T sent, string expected, Func<T, Task<IHttpActionResult>> answer)
            where T : class
        {
            if (sent == null)
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
        public string RefreshToken { get; set; }

        /// <summary>Required to refresh tokens of an app client that has a secret.</summary>
        [StringLength(128, ErrorMessage = "A user name has up to 128 characters.")]
        public string Username { get; set; }
    }

    public sealed class Credentials
    {
        [Required(ErrorMessage = "The user name is missing.")]
        [StringLength(128, ErrorMessage = "A user name has up to 128 characters.")]
        public string Username { get; set; }

        [Required(ErrorMessage = "The password is missing.")]
        [StringLength(256, ErrorMessage = "A password has up to 256 characters.")]
        public string Password { get; set; }
    }
}
