using System.Collections.Generic;
using CognitoOwin.Validation;
using Microsoft.Owin;

namespace CognitoOwin;

/// <summary>Finds the token of a request in the places that the options allow. The first place that has one is used.</summary>
internal static class TokenPlaces
{
    /// <summary>
    /// Names the header in which an Application Load Balancer that signs users in sends the access token
    /// (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html).
    /// </summary>
    public const string LoadBalancerHeader = "x-amzn-oidc-accesstoken";

    /// <summary>Finds the token.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">The options.</param>
    /// <returns>What the first place holds; nothing if no place has a token.</returns>
    public static RequestToken Find(IOwinRequest request, CognitoJwtAuthenticationOptions options)
    {
        var found = BearerHeader.Read(
            request.Headers.GetValues("Authorization"), options.AuthenticationSchemes, options.AllowRawToken);
        if (found.Place == TokenPlace.None && options.AcceptLoadBalancerToken)
        {
            found = ReadLoadBalancerHeader(request);
        }

        return found.Place == TokenPlace.None && options.QueryParameter is { } parameter
            ? ReadQuery(request, parameter, options.QueryParameterPaths)
            : found;
    }

    private static RequestToken ReadLoadBalancerHeader(IOwinRequest request)
    {
        if (request.Headers.GetValues(LoadBalancerHeader) is not { Count: > 0 } values)
        {
            return default;
        }

        // The session of the load balancer is a cookie, which a browser also sends with the requests of other sites.
        var fault = values.Count > 1 ? TokenRejection.SeveralTokens
            : !RequestSite.AllowsCookie(request) ? TokenRejection.CrossSiteRequest
            : TokenRejection.None;
        return Create(values[0], TokenPlace.LoadBalancer, fault);
    }

    private static RequestToken ReadQuery(IOwinRequest request, string parameter, ICollection<string> paths)
    {
        foreach (var path in paths)
        {
            if (request.Path.StartsWithSegments(new PathString(path)))
            {
                return request.Query.GetValues(parameter) is { Count: > 0 } values
                    ? Create(values[0], TokenPlace.Query, values.Count > 1 ? TokenRejection.SeveralTokens : TokenRejection.None)
                    : default;
            }
        }

        return default;
    }

    // Like Katana's own bearer middleware, treat an empty text as no token.
    private static RequestToken Create(string? text, TokenPlace place, TokenRejection fault) =>
        string.IsNullOrWhiteSpace(text) && fault == TokenRejection.None
            ? default
            : RequestToken.FromPlace(place, new TokenText(text ?? ""), fault);
}
