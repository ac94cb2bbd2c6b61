using System.Linq;
using System.Security.Claims;
using System.Web.Http;
using CognitoOwin;
using CognitoOwin.WebApi;
using Notes.Data;

namespace Notes.Controllers
{
    [Authorize]
    public class MeController : ApiController
    {
        [HttpGet, Route("api/me")]
        public IHttpActionResult Get()
        {
            var principal = (ClaimsPrincipal)User;
            var localUser = Request.GetCognitoUser<LocalUser>();
            return Ok(new
            {
                subject = principal.GetCognitoSubject(),
                username = principal.GetCognitoUsername(),
                email = principal.GetCognitoEmail(),
                groups = principal.GetCognitoGroups(),
                tokenUse = principal.GetCognitoTokenUse(),
                provisioned = localUser != null,
                localUserId = localUser?.Id,
                localEmail = localUser?.Email,
                claims = principal.Claims.Select(claim => new { claim.Type, claim.Value }),
            });
        }
    }
}
