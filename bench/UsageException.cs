using System;

namespace CognitoOwin.Bench;

/// <summary>An error in the command line; the message says which one.</summary>
internal sealed class UsageException(string message) : Exception(message);
