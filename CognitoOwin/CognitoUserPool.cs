using System;
using System.Collections.Generic;
using System.Text.RegularExpressions;

namespace CognitoOwin;

/// <summary>
/// A user pool whose tokens are accepted, and the app clients of it that may have asked for them.
/// Change it while the application starts, never afterwards.
/// </summary>
public sealed class CognitoUserPool
{
    // \z and not $: a line break after an id belongs to no id.
    private static readonly Regex PoolIdPattern =
        new(@"^(?<region>[a-z]{2}(-[a-z]+)+-[0-9]{1,2})_[0-9A-Za-z]+\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private string? _name;
    private string? _issuer;
    private Uri? _jwksUri;
    private Uri? _endpoint;
    private string? _region;

    /// <summary>Creates a pool with nothing set.</summary>
    public CognitoUserPool()
    {
    }

    /// <summary>Creates a pool of AWS.</summary>
    /// <param name="userPoolId">The pool's id, for example <c>eu-west-1_Ab12Cd34e</c>.</param>
    /// <param name="clientIds">The ids of the app clients whose tokens are accepted: at least one.</param>
    public CognitoUserPool(string userPoolId, params string[] clientIds)
    {
        UserPoolId = userPoolId;
        ClientIds = [.. clientIds ?? throw new ArgumentNullException(nameof(clientIds))];
    }

    /// <summary>What the application calls this pool. Default: <see cref="UserPoolId"/>, or the issuer where there is none.</summary>
    public string? Name
    {
        get => _name ?? UserPoolId ?? _issuer;
        set => _name = value;
    }

    /// <summary>The pool's AWS region. Default: the part of <see cref="UserPoolId"/> before the underscore.</summary>
    public string? Region
    {
        get => _region ?? RegionOfPoolId;
        set => _region = value;
    }

    /// <summary>The pool's id, <c>{region}_{letters and digits}</c>. Required unless <see cref="Issuer"/> is set.</summary>
    public string? UserPoolId { get; set; }

    /// <summary>
    /// The ids of the app clients whose tokens are accepted: <c>aud</c> of an ID token, <c>client_id</c> of an access token.
    /// At least one is required.
    /// </summary>
    public ICollection<string> ClientIds { get; set; } = [];

    /// <summary>
    /// What this API is called as a resource (RFC 8707): an access token that a client bound to a resource has it as its
    /// <c>aud</c>, and is refused unless the name is one of these, to the letter, or a client id. Default: none. Tokens that are
    /// bound to nothing are not affected.
    /// </summary>
    public ICollection<string> Audiences { get; set; } = [];

    /// <summary>
    /// What the <c>iss</c> claim must be, to the letter. Default: <c>https://cognito-idp.{region}.amazonaws.com/{pool id}</c>,
    /// with <c>amazonaws.com.cn</c> for the regions of AWS China. Set it for an emulator.
    /// </summary>
    public string? Issuer
    {
        get => _issuer ?? (Region is { } region && UserPoolId is { } id
            ? $"https://cognito-idp.{region}.{DnsSuffix(region)}/{id}"
            : null);
        set => _issuer = value;
    }

    /// <summary>
    /// Where the pool's public keys are. Default: <c>{issuer}/.well-known/jwks.json</c>. Set it for an emulator, or for a VPC
    /// or FIPS endpoint of the same pool.
    /// </summary>
    public Uri? JwksUri
    {
        get => _jwksUri ?? (Uri.TryCreate(Issuer?.TrimEnd('/') + "/.well-known/jwks.json", UriKind.Absolute, out var uri) ? uri : null);
        set => _jwksUri = value;
    }

    /// <summary>
    /// A file with the pool's public keys, a JWKS (RFC 7517 §5) as <see cref="JwksUri"/> serves it, for a host with no way out
    /// to the network. Nothing is fetched then. The file is read anew every <see cref="CognitoKeysOptions.RefreshInterval"/>, and
    /// when a token names a key that is not in it. A path that is not absolute, or begins with <c>~/</c>, starts at the
    /// application's folder; <c>|DataDirectory|</c> stands for its <c>App_Data</c>. Default: none. At most one of
    /// <see cref="JwksUri"/>, <see cref="JwksFile"/> and <see cref="Jwks"/> may be set.
    /// </summary>
    public string? JwksFile { get; set; }

    /// <summary>
    /// The pool's public keys themselves, the text of a JWKS (RFC 7517 §5). Nothing is fetched then, so a key that the pool takes
    /// into use later needs a restart with another text. Default: none.
    /// </summary>
    public string? Jwks { get; set; }

    /// <summary>
    /// Where the pool's API is, for <see cref="CognitoUserInfo.GetUser"/>. Default: <c>https://cognito-idp.{region}.amazonaws.com/</c>,
    /// with <c>amazonaws.com.cn</c> for the regions of AWS China. Set it for an emulator, or for a VPC or FIPS endpoint.
    /// </summary>
    public Uri? Endpoint
    {
        get => _endpoint ?? (Region is { } region
            && Uri.TryCreate($"https://cognito-idp.{region}.{DnsSuffix(region)}/", UriKind.Absolute, out var uri) ? uri : null);
        set => _endpoint = value;
    }

    /// <summary>
    /// The pool's domain, for <see cref="CognitoUserInfo.OidcUserInfo"/>: <c>https://{prefix}.auth.{region}.amazoncognito.com</c>, or a
    /// domain of your own, as the Cognito console shows it under Branding, Domain. Default: none.
    /// </summary>
    public Uri? Domain { get; set; }

    /// <summary>The prefix of this pool's keys in <c>&lt;appSettings&gt;</c>, for messages; null where it did not come from there.</summary>
    internal string? SettingsPrefix { get; set; }

    internal bool HasOwnIssuer => _issuer != null;

    internal bool HasOwnJwksUri => _jwksUri != null;

    internal bool HasOwnEndpoint => _endpoint != null;

    internal string? OwnRegion => _region;

    internal string? RegionOfPoolId =>
        UserPoolId is { } id && PoolIdPattern.Match(id) is { Success: true } match ? match.Groups["region"].Value : null;

    // https://docs.aws.amazon.com/general/latest/gr/cognito_identity.html; GovCloud uses amazonaws.com as everyone but China.
    private static string DnsSuffix(string region) =>
        region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";
}
