namespace CognitoOwin;

/// <summary>Names where the token of a request was found.</summary>
internal enum TokenPlace
{
    /// <summary>There is no token.</summary>
    None,

    /// <summary>The <c>Authorization</c> header.</summary>
    Authorization,

    /// <summary>The header of the load balancer.</summary>
    LoadBalancer,

    /// <summary>A query parameter.</summary>
    Query,

    /// <summary>The application has set the token.</summary>
    Application,
}
