namespace Microsoft.Owin;

/// <summary>Names in the environment and in the builder's properties: those of OWIN 1.0 and those Katana added.</summary>
internal static class OwinKeys
{
    public const string Version = "owin.Version";
    public const string CallCancelled = "owin.CallCancelled";
    public const string RequestBody = "owin.RequestBody";
    public const string RequestHeaders = "owin.RequestHeaders";
    public const string RequestMethod = "owin.RequestMethod";
    public const string RequestPath = "owin.RequestPath";
    public const string RequestPathBase = "owin.RequestPathBase";
    public const string RequestProtocol = "owin.RequestProtocol";
    public const string RequestQueryString = "owin.RequestQueryString";
    public const string RequestScheme = "owin.RequestScheme";
    public const string ResponseBody = "owin.ResponseBody";
    public const string ResponseHeaders = "owin.ResponseHeaders";
    public const string ResponseProtocol = "owin.ResponseProtocol";
    public const string ResponseReasonPhrase = "owin.ResponseReasonPhrase";
    public const string ResponseStatusCode = "owin.ResponseStatusCode";

    public const string LocalIpAddress = "server.LocalIpAddress";
    public const string LocalPort = "server.LocalPort";
    public const string LoggerFactory = "server.LoggerFactory";
    public const string OnSendingHeaders = "server.OnSendingHeaders";
    public const string RemoteIpAddress = "server.RemoteIpAddress";
    public const string RemotePort = "server.RemotePort";
    public const string User = "server.User";

    public const string AppName = "host.AppName";
    public const string OnAppDisposing = "host.OnAppDisposing";
    public const string TraceOutput = "host.TraceOutput";

    public const string AddSignatureConversion = "builder.AddSignatureConversion";
    public const string DefaultApp = "builder.DefaultApp";
    public const string StageMarker = "integratedpipeline.StageMarker";

    public const string Authenticate = "security.Authenticate";
    public const string Challenge = "security.Challenge";
    public const string SignIn = "security.SignIn";
    public const string SignOut = "security.SignOut";
    public const string SignOutProperties = "security.SignOutProperties";
}
