using System;

namespace CognitoOwin.Bench;

/// <summary>Ends a measurement that is not valid.</summary>
internal static class Require
{
    /// <summary>Requires that a good token was accepted.</summary>
    /// <param name="isAccepted">Whether it was.</param>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public static void Accepted(bool isAccepted)
    {
        if (!isAccepted)
        {
            throw new InvalidOperationException("A good token was refused, so the measurement is not valid.");
        }
    }
}
