using System;
using System.Net;

namespace Notes.SignIn;

/// <summary>Why a user was not signed in, in words for that user, and the status to answer with.</summary>
public sealed class SignInException(HttpStatusCode status, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public HttpStatusCode Status { get; } = status;
}
