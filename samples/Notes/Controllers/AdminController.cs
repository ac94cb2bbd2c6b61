using System;
using System.Net;
using System.Threading.Tasks;
using System.Web.Http;
using CognitoOwin.WebApi;
using Notes.Data;

namespace Notes.Controllers
{
    /// <summary>Accepts members of the user pool's group "admins". The groups in a token are the roles of its user.</summary>
    [Authorize(Roles = "admins")]
    public class AdminController : ApiController
    {
        private readonly NotesStore _store = new NotesStore();

        [HttpGet, Route("api/admin")]
        public async Task<IHttpActionResult> Get() => Ok(await _store.CountAsync());

        /// <summary>
        /// Closes or opens an account. A closed account's tokens are refused at the next request, and the handler in Startup.cs rejects the
        /// user after a new sign-in.
        /// </summary>
        [HttpPut, Route("api/admin/users/{id:long}/disabled")]
        public async Task<IHttpActionResult> PutDisabled(long id, [FromBody] bool? isDisabled)
        {
            if (isDisabled == null)
            {
                return BadRequest("Send true or false.");
            }

            // The database first: a sign-in after the revocation must meet the closed account.
            var user = await _store.SetDisabledAsync(id, isDisabled.Value);
            if (user == null)
            {
                return NotFound();
            }

            if (isDisabled.Value)
            {
                // With the moment, the user can sign in as soon as the account is open again. It relies on the clock of this server:
                // docs/sign-out.md explains the other choice.
                await Request.GetCognitoRevocations().RevokeUserAsync(user.UserPoolId, user.Subject, DateTimeOffset.UtcNow);
            }

            return StatusCode(HttpStatusCode.NoContent);
        }
    }
}
