using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using CognitoOwin.Keys;

namespace CognitoOwin.Configuration;

/// <summary>Finds the problems of options before an application starts with them.</summary>
internal sealed class OptionsChecker
{
    private static readonly Regex RegionPattern = new(@"^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}\z", RegexOptions.CultureInvariant);

    // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolClientType.html
    private static readonly Regex ClientIdPattern = new(@"^[\w+]{1,128}\z", RegexOptions.CultureInvariant | RegexOptions.ECMAScript);

    // RFC 7230 §3.2.6: a scheme is a token.
    private static readonly Regex SchemePattern = new(@"^[!#$%&'*+.^_`|~0-9A-Za-z-]+\z", RegexOptions.CultureInvariant);

    private readonly CognitoJwtAuthenticationOptions _options;
    private readonly ConfigurationProblems _problems;

    private OptionsChecker(CognitoJwtAuthenticationOptions options, ConfigurationProblems problems)
    {
        _options = options;
        _problems = problems;
    }

    public static void Check(CognitoJwtAuthenticationOptions options, ConfigurationProblems problems)
    {
        var checker = new OptionsChecker(options, problems);
        checker.CheckPools();
        checker.CheckRules();
        checker.CheckKeys();
    }

    private void CheckPools()
    {
        if (_options.UserPools is not { Count: > 0 } pools)
        {
            // Nothing is set yet. Check an empty pool, so that the exception lists the two settings that are required.
            CheckPool(new CognitoUserPool { SettingsPrefix = SettingsReader.Prefix }, "UserPools[0]");
            return;
        }

        for (var i = 0; i < pools.Count; i++)
        {
            CheckPool(pools[i], $"UserPools[{i}]");
        }

        foreach (var same in pools.Where(pool => pool.Issuer != null).GroupBy(pool => pool.Issuer).Where(same => same.Count() > 1))
        {
            _problems.Add($"{same.Count()} user pools have the issuer \"{same.Key}\": expected one pool with all of its client ids.");
        }

        foreach (var same in pools.Where(pool => pool.Name != null).GroupBy(pool => pool.Name).Where(same => same.Count() > 1))
        {
            _problems.Add($"{same.Count()} user pools have the name \"{same.Key}\": expected a different name for each.");
        }
    }

    private void CheckPool(CognitoUserPool pool, string place)
    {
        string NameSetting(string name) => pool.SettingsPrefix != null ? pool.SettingsPrefix + name : $"{place}.{name}";

        if (pool.UserPoolId == null && !pool.IsIssuerSet)
        {
            _problems.AddMissing(NameSetting("UserPoolId"), PoolIdExpected);
        }
        else if (pool.PoolIdRegion == null && !pool.IsIssuerSet)
        {
            _problems.AddUnexpected(NameSetting("UserPoolId"), pool.UserPoolId, PoolIdExpected);
        }

        if (pool.ExplicitRegion is { } region)
        {
            if (!RegionPattern.IsMatch(region))
            {
                _problems.AddUnexpected(NameSetting("Region"), region, "an AWS region such as eu-west-1");
            }
            else if (pool.PoolIdRegion is { } poolIdRegion && poolIdRegion != region)
            {
                _problems.AddUnexpected(
                    NameSetting("Region"), region, $"{poolIdRegion}, the region of the user pool \"{pool.UserPoolId}\", or no setting at all");
            }
        }

        if (pool.IsIssuerSet)
        {
            CheckAddress(NameSetting("Issuer"), pool.Issuer);
        }

        if (pool.IsJwksUriSet)
        {
            CheckAddress(NameSetting("JwksUri"), pool.JwksUri?.OriginalString);
        }

        CheckKeySources(pool, NameSetting);

        if (pool.IsEndpointSet)
        {
            CheckAddress(NameSetting("Endpoint"), pool.Endpoint?.OriginalString);
        }
        else if (_options.UserInfo == CognitoUserInfo.GetUser && pool.Endpoint == null)
        {
            _problems.AddMissing(
                NameSetting("Endpoint"), "the address of the pool's API, because UserInfo is GetUser and the pool is in no AWS region");
        }

        if (pool.Domain != null)
        {
            CheckAddress(NameSetting("Domain"), pool.Domain.OriginalString);
        }
        else if (_options.UserInfo == CognitoUserInfo.OidcUserInfo)
        {
            _problems.AddMissing(
                NameSetting("Domain"),
                "the pool's domain, such as https://example.auth.eu-west-1.amazoncognito.com, because UserInfo is OidcUserInfo");
        }

        if (pool.Audiences == null || pool.Audiences.Any(string.IsNullOrWhiteSpace))
        {
            _problems.AddUnexpected(NameSetting(pool.SettingsPrefix != null ? "Audience" : "Audiences"), null, "names of this API, or none");
        }

        if (pool.ClientIds is not { Count: > 0 })
        {
            _problems.AddMissing(NameSetting(pool.SettingsPrefix != null ? "ClientId" : "ClientIds"), ClientIdExpected);
        }
        else
        {
            foreach (var clientId in pool.ClientIds.Where(id => id == null || !ClientIdPattern.IsMatch(id)))
            {
                _problems.AddUnexpected(NameSetting(pool.SettingsPrefix != null ? "ClientId" : "ClientIds"), clientId, ClientIdExpected);
            }
        }
    }

    private const string PoolIdExpected =
        "the user pool's id, {region}_{letters and digits}, such as eu-west-1_Ab12Cd34e, " +
        "which AWS shows in the Cognito console on the pool's Overview page";

    private const string ClientIdExpected =
        "the id of at least one app client, letters and digits, such as 1example23456789, several with commas between them, " +
        "which AWS shows in the Cognito console under App clients";

    // A file or a text that has no usable keys stops the start, because it will not change by itself. An endpoint is not asked
    // here, because the network may be down for the moment.
    private void CheckKeySources(CognitoUserPool pool, Func<string, string> nameSetting)
    {
        List<string> sources = [];
        if (pool.IsJwksUriSet)
        {
            sources.Add(nameSetting("JwksUri"));
        }

        if (pool.JwksFile is { } file)
        {
            sources.Add(nameSetting("JwksFile"));
            if (GetReadError(() => JwksFile.Read(JwksFile.GetFullPath(file))) is { } reason)
            {
                _problems.AddUnexpected(nameSetting("JwksFile"), file, "a file with the pool's JWKS. " + reason);
            }
        }

        if (pool.Jwks is { } text)
        {
            sources.Add(nameSetting("Jwks"));
            if (GetReadError(() => Encoding.UTF8.GetBytes(text)) is { } reason)
            {
                _problems.Add($"{nameSetting("Jwks")} is not the text of the pool's JWKS. {reason}");
            }
        }

        if (sources.Count > 1)
        {
            _problems.Add($"{string.Join(" and ", sources)} are set: expected one of them, because the keys come from one place.");
        }
    }

    private static string? GetReadError(Func<byte[]> read)
    {
        try
        {
            JwksDocument.Read(read(), static _ => { });
            return null;
        }
        catch (Exception e) when (e is JwksException or ArgumentException or NotSupportedException or IOException)
        {
            return e.Message;
        }
    }

    private void CheckAddress(string setting, string? text)
    {
        // The issuer of a token must be exactly this text, and Uri ignores white space around it.
        if (text != text?.Trim() || !Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http"))
        {
            _problems.AddUnexpected(setting, text, "an absolute https address");
        }
        else if (_options.RequireHttps && address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback)
        {
            _problems.AddUnexpected(setting, text, "an https address, because cognito:RequireHttps is true");
        }
    }

    private void CheckRules()
    {
        CheckRange(SettingsReader.Prefix + "ClockSkew", _options.ClockSkew, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        CheckRange(nameof(_options.MaximumTokenLength), _options.MaximumTokenLength, 256, 1_048_576);
        CheckPresent(nameof(_options.TokenCache), _options.TokenCache);
        if (_options.TokenCache != null)
        {
            CheckRange(SettingsReader.Prefix + "TokenCacheMaximumEntries", _options.TokenCache.MaximumEntries, 1, 1_000_000);
        }

        // Both become part of a header. A character that is not checked here could end the header and start another.
        if (string.IsNullOrEmpty(_options.Realm) || !_options.Realm.All(c => c is >= ' ' and <= '~' and not ('"' or '\\')))
        {
            _problems.AddUnexpected(nameof(_options.Realm), _options.Realm, "printable ASCII without quotation marks and backslashes");
        }

        if (_options.AuthenticationSchemes is not { Count: > 0 } schemes)
        {
            _problems.AddMissing(nameof(_options.AuthenticationSchemes), "at least one scheme, such as Bearer");
        }
        else
        {
            foreach (var scheme in schemes.Where(scheme => scheme == null || !SchemePattern.IsMatch(scheme)))
            {
                _problems.AddUnexpected(nameof(_options.AuthenticationSchemes), scheme, "one word, such as Bearer");
            }
        }

        if (string.IsNullOrEmpty(_options.RoleClaimType))
        {
            _problems.AddMissing(nameof(_options.RoleClaimType), "a claim type, such as cognito:groups");
        }

        CheckScopes(nameof(_options.RequiredScopes), _options.RequiredScopes);
        CheckNames(nameof(_options.RequiredGroups), _options.RequiredGroups);
        CheckRange(
            nameof(_options.UserInfoTimeout), _options.UserInfoTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        CheckPresent(nameof(_options.Provider), _options.Provider);
        CheckPresent(nameof(_options.TimeProvider), _options.TimeProvider);
    }

    private void CheckKeys()
    {
        CheckPresent(nameof(_options.Keys), _options.Keys);
        if (_options.Keys is not { } keys)
        {
            return;
        }

        CheckRange(
            SettingsReader.Prefix + "PublicKeysCachingTimeout", keys.RefreshInterval, TimeSpan.FromSeconds(1), TimeSpan.FromDays(3650));
        CheckRange("Keys." + nameof(keys.StaleLifetime), keys.StaleLifetime, keys.RefreshInterval, TimeSpan.FromDays(3650));
        CheckRange(
            "Keys." + nameof(keys.MinimumRefetchInterval), keys.MinimumRefetchInterval, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        CheckRange("Keys." + nameof(keys.FetchTimeout), keys.FetchTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
    }

    private void CheckRange<T>(string setting, T value, T minimum, T maximum)
        where T : IComparable<T>
    {
        if (value.CompareTo(minimum) < 0 || value.CompareTo(maximum) > 0)
        {
            _problems.AddUnexpected(setting, FormatInvariant(value), $"{FormatInvariant(minimum)} to {FormatInvariant(maximum)}");
        }
    }

    private static string FormatInvariant<T>(T value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;

    // RFC 6749 §3.3: a scope is printable ASCII without spaces, quotation marks and backslashes. A challenge shows it in a
    // header.
    private void CheckScopes(string setting, IEnumerable<string> scopes)
    {
        foreach (var scope in scopes.Where(scope => string.IsNullOrEmpty(scope) || !scope.All(c => c is > ' ' and <= '~' and not ('"' or '\\'))))
        {
            _problems.AddUnexpected(setting, scope, "a scope, such as notes/read");
        }
    }

    private void CheckNames(string setting, IEnumerable<string> names)
    {
        foreach (var name in names.Where(string.IsNullOrEmpty))
        {
            _problems.AddUnexpected(setting, name, "a name");
        }
    }

    private void CheckPresent(string setting, object? value)
    {
        if (value == null)
        {
            _problems.AddMissing(setting, "a value other than null");
        }
    }
}
