using System;
using System.Collections.Generic;
using System.Text.RegularExpressions;

namespace CognitoOwin;

/// <summary>
/// Describes a user pool whose tokens are accepted, and the app clients to which the tokens may be issued.
/// Change it only while the application starts.
/// </summary>
public sealed class CognitoUserPool
{
    // \z instead of $, because $ accepts a line break after the id.
    private static readonly Regex PoolIdPattern =
        new(@"^(?<region>[a-z]{2}(-[a-z]+)+-[0-9]{1,2})_[0-9A-Za-z]+\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private string? _name;
    private string? _issuer;
    private Uri? _jwksUri;
    private Uri? _endpoint;
    private string? _region;

    /// <summary>Creates a pool without any settings.</summary>
    public CognitoUserPool()
    {
    }

    /// <summary>Creates a pool of AWS.</summary>
    /// <param name="userPoolId">The pool's id, for example <c>eu-west-1_Ab12Cd34e</c>.</param>
    /// <param name="clientIds">The ids of the app clients whose tokens are accepted: at least one.</param>
    /// <exception cref="ArgumentNullException"><paramref name="clientIds"/> is null.</exception>
    public CognitoUserPool(string userPoolId, params string[] clientIds)
    {
        UserPoolId = userPoolId;
        ClientIds = [.. clientIds ?? throw new ArgumentNullException(nameof(clientIds))];
    }

    /// <summary>
    /// Gets or sets the application's name for this pool. Default: <see cref="UserPoolId"/>, or the issuer if there is no id.
    /// </summary>
    public string? Name
    {
        get => _name ?? UserPoolId ?? _issuer;
        set => _name = value;
    }

    /// <summary>
    /// Gets or sets the pool's AWS region. Default: the part of <see cref="UserPoolId"/> before the underscore.
    /// </summary>
    public string? Region
    {
        get => _region ?? PoolIdRegion;
        set => _region = value;
    }

    /// <summary>
    /// Gets or sets the pool's id, <c>{region}_{letters and digits}</c>. Required unless <see cref="Issuer"/> is set.
    /// </summary>
    public string? UserPoolId { get; set; }

    /// <summary>
    /// Gets or sets the ids of the app clients whose tokens are accepted: <c>aud</c> of an ID token, <c>client_id</c> of an
    /// access token. At least one is required.
    /// </summary>
    public ICollection<string> ClientIds { get; set; } = [];

    /// <summary>
    /// Gets or sets the names of this API as a resource (RFC 8707). A client may bind an access token to a resource; the token
    /// then has the resource as its <c>aud</c>. Such a token is refused unless its <c>aud</c> is exactly one of these names, or a
    /// client id. Default: none. Other tokens are not affected.
    /// </summary>
    public ICollection<string> Audiences { get; set; } = [];

    /// <summary>
    /// Gets or sets the exact value of the <c>iss</c> claim. Default:
    /// <c>https://cognito-idp.{region}.amazonaws.com/{pool id}</c>, with <c>amazonaws.com.cn</c> for the regions of AWS China. Set
    /// it for an emulator.
    /// </summary>
    public string? Issuer
    {
        get => _issuer ?? (Region is { } region && UserPoolId is { } id
            ? $"https://cognito-idp.{region}.{GetDnsSuffix(region)}/{id}"
            : null);
        set => _issuer = value;
    }

    /// <summary>
    /// Gets or sets the address of the pool's public keys. Default: <c>{issuer}/.well-known/jwks.json</c>. Set it for an
    /// emulator, or for a VPC or FIPS endpoint of the same pool.
    /// </summary>
    public Uri? JwksUri
    {
        get => _jwksUri ?? (Uri.TryCreate(Issuer?.TrimEnd('/') + "/.well-known/jwks.json", UriKind.Absolute, out var uri) ? uri : null);
        set => _jwksUri = value;
    }

    /// <summary>
    /// Gets or sets a file with the pool's public keys, a JWKS (RFC 7517 §5) as <see cref="JwksUri"/> serves it, for a host
    /// without access to the network. No keys are fetched from the network then. The file is read again every
    /// <see cref="CognitoKeysOptions.RefreshInterval"/>, and when a token names a key that the file does not have. A path that is
    /// not absolute, or starts with <c>~/</c>, starts at the application's folder; <c>|DataDirectory|</c> is its <c>App_Data</c>.
    /// Default: none. At most one of <see cref="JwksUri"/>, <see cref="JwksFile"/> and <see cref="Jwks"/> may be set.
    /// </summary>
    public string? JwksFile { get; set; }

    /// <summary>
    /// Gets or sets the pool's public keys as the text of a JWKS (RFC 7517 §5). No keys are fetched then, so a new key of the
    /// pool needs a restart with another text. Default: none.
    /// </summary>
    public string? Jwks { get; set; }

    /// <summary>
    /// Gets or sets the address of the pool's API, for <see cref="CognitoUserInfo.GetUser"/>. Default:
    /// <c>https://cognito-idp.{region}.amazonaws.com/</c>, with <c>amazonaws.com.cn</c> for the regions of AWS China. Set it for
    /// an emulator, or for a VPC or FIPS endpoint.
    /// </summary>
    public Uri? Endpoint
    {
        get => _endpoint ?? (Region is { } region
            && Uri.TryCreate($"https://cognito-idp.{region}.{GetDnsSuffix(region)}/", UriKind.Absolute, out var uri) ? uri : null);
        set => _endpoint = value;
    }

    /// <summary>
    /// Gets or sets the pool's domain, for <see cref="CognitoUserInfo.OidcUserInfo"/>:
    /// <c>https://{prefix}.auth.{region}.amazoncognito.com</c>, or a domain of your own. The Cognito console shows it under
    /// Branding, Domain. Default: none.
    /// </summary>
    public Uri? Domain { get; set; }

    /// <summary>
    /// Gets or sets the prefix of this pool's keys in <c>&lt;appSettings&gt;</c>, for messages; null if code set the pool.
    /// </summary>
    internal string? SettingsPrefix { get; set; }

    internal bool IsIssuerSet => _issuer != null;

    internal bool IsJwksUriSet => _jwksUri != null;

    internal bool IsEndpointSet => _endpoint != null;

    internal string? ExplicitRegion => _region;

    internal string? PoolIdRegion =>
        UserPoolId is { } id && PoolIdPattern.Match(id) is { Success: true } match ? match.Groups["region"].Value : null;

    // https://docs.aws.amazon.com/general/latest/gr/cognito_identity.html: all regions but China's, GovCloud included, use
    // amazonaws.com.
    private static string GetDnsSuffix(string region) =>
        region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";
}
