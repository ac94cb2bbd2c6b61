using System;
using System.Net;

namespace Notes.SignIn
{
    /// <summary>The reason why a user was not signed in, as a message for the user, and the status of the answer.</summary>
    public sealed class SignInException : Exception
    {
        public SignInException(HttpStatusCode status, string message, Exception innerException = null)
            : base(message, innerException)
        {
            Status = status;
        }

        public HttpStatusCode Status { get; }
    }
}
