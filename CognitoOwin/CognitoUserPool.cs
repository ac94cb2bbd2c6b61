using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace CognitoOwin;

/// <summary>
/// Describes a user pool whose tokens are accepted, and the app clients to which the tokens may be issued.
/// Change it only while the application starts.
/// </summary>
public sealed class CognitoUserPool
{
    private const string OriginalHost = "cognito-idp";
    private const string UpdatedHost = "issuer-cognito-idp";

    // \z instead of $, because $ accepts a line break after the id.
    private static readonly Regex PoolIdPattern =
        new(@"^(?<region>[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2})_[0-9A-Za-z]+\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    // The domains of Cognito in each partition of AWS, by the start of a Region's name. They come from the partition table of the
    // AWS SDKs (partitions.json). Only the second domain of the EU Sovereign Cloud is from aws-jwt-verify 5.2.
    private static readonly (string Start, string[] Suffixes)[] Partitions =
    [
        ("cn-", ["amazonaws.com.cn"]),
        ("eusc-", ["amazonaws.eu", "amazonaws.com"]),
        ("us-iso-", ["c2s.ic.gov"]),
        ("us-isob-", ["sc2s.sgov.gov"]),
        ("eu-isoe-", ["cloud.adc-e.uk"]),
        ("us-isof-", ["csp.hci.ic.gov"]),
        ("", ["amazonaws.com"]),
    ];

    private string? _name;
    private string? _userPoolId;
    private IReadOnlyList<string>? _issuers;
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

    /// <summary>Gets or sets the application's name for this pool. Default: <see cref="UserPoolId"/>.</summary>
    public string? Name
    {
        get => _name ?? UserPoolId;
        set => _name = value;
    }

    /// <summary>
    /// Gets or sets the pool's AWS Region. Default: the part of <see cref="UserPoolId"/> before the underscore.
    /// </summary>
    public string? Region
    {
        get => _region ?? PoolIdRegion;
        set => _region = value;
    }

    /// <summary>
    /// Gets or sets the pool's id, <c>{region}_{letters and digits}</c>. Together with <c>sub</c> it identifies a user. Required
    /// unless <see cref="Issuers"/> is set. Default: the last segment of the path of the issuers.
    /// </summary>
    public string? UserPoolId
    {
        get => _userPoolId ?? (_issuers is { Count: > 0 } issuers ? GetLastSegment(issuers[0]) : null);
        set => _userPoolId = value;
    }

    /// <summary>
    /// Gets or sets the Regions to which the pool is replicated (multi-Region replication), such as <c>us-west-2</c>. A replica
    /// issues tokens with its own Region in their <c>iss</c>. Default: none.
    /// </summary>
    public ICollection<string> ReplicaRegions { get; set; } = [];

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
    /// Gets or sets which kind of token of this pool is accepted. Default (null):
    /// <see cref="CognitoJwtAuthenticationOptions.TokenUse"/>.
    /// </summary>
    public CognitoTokenUse? TokenUse { get; set; }

    /// <summary>
    /// Gets or sets the scopes of which an access token of this pool must have at least one; an empty list requires none.
    /// Default (null): <see cref="CognitoJwtAuthenticationOptions.RequiredScopes"/>.
    /// </summary>
    public ICollection<string>? RequiredScopes { get; set; }

    /// <summary>
    /// Gets or sets the groups of which a user of this pool must be in at least one; an empty list requires none. Default (null):
    /// <see cref="CognitoJwtAuthenticationOptions.RequiredGroups"/>.
    /// </summary>
    public ICollection<string>? RequiredGroups { get; set; }

    /// <summary>
    /// Gets or sets the accepted values of the <c>iss</c> claim, which must match exactly. Default: every issuer that AWS may use
    /// for the pool. These are the original one, <c>https://cognito-idp.{region}.amazonaws.com/{pool id}</c>, the updated one,
    /// <c>https://issuer-cognito-idp.{region}.amazonaws.com/{pool id}</c>, and the original form with each of
    /// <see cref="ReplicaRegions"/>; other partitions of AWS have other domains than <c>amazonaws.com</c>. Set it for an emulator
    /// only: the list replaces the default.
    /// </summary>
    public IReadOnlyList<string> Issuers
    {
        get => _issuers ?? [.. DeriveIssuers()];
        set => _issuers = value;
    }

    /// <summary>
    /// Gets or sets the address of the keys of the whole pool. Default: none, so that the keys of each issuer come from
    /// <c>{issuer}/.well-known/jwks.json</c>. Set it for an emulator, or for a VPC or FIPS endpoint of the same pool.
    /// </summary>
    public Uri? JwksUri { get; set; }

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
    /// Gets or sets the address of the pool's API, for <see cref="CognitoUserInfo.GetUser"/>. Default: the API in the Region of
    /// the token's issuer, and in the pool's other Regions if that one does not answer. Set it for an emulator, or for a VPC or
    /// FIPS endpoint.
    /// </summary>
    public Uri? Endpoint { get; set; }

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

    internal bool AreIssuersSet => _issuers != null;

    internal string? ExplicitRegion => _region;

    internal string? PoolIdRegion => GetRegion(_userPoolId);

    /// <summary>Gets the Region of a pool id.</summary>
    /// <param name="userPoolId">The id.</param>
    /// <returns>The Region; null if the text is not the id of a pool of AWS.</returns>
    internal static string? GetRegion(string? userPoolId) =>
        userPoolId != null && PoolIdPattern.Match(userPoolId) is { Success: true } match ? match.Groups["region"].Value : null;

    /// <summary>Gets the last segment of an issuer's path, which is the pool's id.</summary>
    /// <param name="address">The issuer.</param>
    /// <returns>The segment; null if there is none.</returns>
    internal static string? GetLastSegment(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.AbsolutePath.TrimEnd('/').Split('/').Last() is { Length: > 0 } last
            ? last
            : null;

    /// <summary>Gets the domains of Cognito in the partition of a Region.</summary>
    /// <param name="region">The Region.</param>
    /// <returns>The domains: at least one.</returns>
    internal static IReadOnlyList<string> GetDomainSuffixes(string region) =>
        Array.Find(Partitions, partition => region.StartsWith(partition.Start, StringComparison.Ordinal)).Suffixes;

    /// <summary>Checks whether an address is in a domain of AWS.</summary>
    /// <param name="address">The address.</param>
    /// <returns><see langword="true"/> if the host is AWS's; otherwise, <see langword="false"/>.</returns>
    internal static bool IsAws(Uri address) =>
        Partitions.SelectMany(partition => partition.Suffixes)
            .Any(suffix => address.Host.EndsWith("." + suffix, StringComparison.OrdinalIgnoreCase));

    /// <summary>Gets every issuer that AWS may use for this pool, whatever <see cref="Issuers"/> is.</summary>
    /// <returns>The issuers; none if the pool has no id of AWS.</returns>
    internal IEnumerable<string> DeriveIssuers()
    {
        var id = UserPoolId;
        if (GetRegion(id) is not { } region)
        {
            yield break;
        }

        foreach (var suffix in GetDomainSuffixes(region))
        {
            yield return $"https://{OriginalHost}.{region}.{suffix}/{id}";
            yield return $"https://{UpdatedHost}.{region}.{suffix}/{id}";
        }

        // The updated issuer of a pool is the same in all of its Regions.
        foreach (var replica in ReplicaRegions ?? [])
        {
            foreach (var suffix in GetDomainSuffixes(replica))
            {
                yield return $"https://{OriginalHost}.{replica}.{suffix}/{id}";
            }
        }
    }

    /// <summary>Gets the addresses of the pool's API, in the order in which to ask them.</summary>
    /// <param name="issuer">The issuer of the token.</param>
    /// <returns>The addresses; none if the pool is in no Region of AWS.</returns>
    internal IReadOnlyList<Uri> GetEndpoints(string issuer)
    {
        if (Endpoint != null)
        {
            return [Endpoint];
        }

        string[] regions = Region is { } home ? [home, .. ReplicaRegions ?? []] : [];
        return
        [
            .. regions
                .SelectMany(region => GetDomainSuffixes(region).Select(suffix => $".{region}.{suffix}/"))
                .OrderByDescending(host => issuer.IndexOf(host, StringComparison.Ordinal) > 0)
                .Select(host => new Uri($"https://{GetApiHost(host)}{host}")),
        ];
    }

    // https://docs.aws.amazon.com/general/latest/gr/cognito_identity.html lists only FIPS endpoints for GovCloud.
    private static string GetApiHost(string host) =>
        host.StartsWith(".us-gov-", StringComparison.Ordinal) ? OriginalHost + "-fips" : OriginalHost;
}
