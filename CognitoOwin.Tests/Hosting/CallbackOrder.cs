namespace CognitoOwin.Tests.Hosting;

/// <summary>Names the order in which a host runs the <c>OnSendingHeaders</c> callbacks.</summary>
public enum CallbackOrder
{
    /// <summary>The last registered callback runs first, as on every server.</summary>
    LastInFirstOut,

    /// <summary>The first registered callback runs first, as on <c>Microsoft.Owin.Testing.TestServer</c>.</summary>
    FirstInFirstOut,
}
