using System.Net;
using System.Net.Http;
using System.Web.Http.Filters;
using CognitoOwin;

namespace Notes
{
    /// <summary>
    /// Answers 202 if a revocation is in force on this server but could not be written to Redis. The other servers follow when Redis works.
    /// </summary>
    public sealed class PendingRevocationFilter : ExceptionFilterAttribute
    {
        public override void OnException(HttpActionExecutedContext actionExecutedContext)
        {
            if (actionExecutedContext.Exception is CognitoRevocationStoreException)
            {
                actionExecutedContext.Response = actionExecutedContext.Request.CreateResponse(
                    HttpStatusCode.Accepted, new { message = "Revoked on this server; the other servers follow." });
            }
        }
    }
}
