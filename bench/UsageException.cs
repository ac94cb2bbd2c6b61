using System;

namespace CognitoOwin.Bench;

/// <summary>Says what is wrong with a command line.</summary>
internal sealed class UsageException(string message) : Exception(message);
