using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using CognitoOwin.Keys;

namespace CognitoOwin.Configuration;

/// <summary>Checks the options before the application starts.</summary>
internal sealed class OptionsChecker
{
    // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolClientType.html
    private static readonly Regex ClientIdPattern = new(@"^[\w+]{1,128}\z", RegexOptions.CultureInvariant | RegexOptions.ECMAScript);

    // The ids of emulators may have hyphens.
    private static readonly Regex EmulatorClientIdPattern =
        new(@"^[\w+-]{1,128}\z", RegexOptions.CultureInvariant | RegexOptions.ECMAScript);

    // The name of a scheme has only the characters of the rule "token" (RFC 7230 §3.2.6).
    private static readonly Regex SchemePattern = new(@"^[!#$%&'*+.^_`|~0-9A-Za-z-]+\z", RegexOptions.CultureInvariant);

    private static readonly Regex QueryParameterPattern = new(@"^[A-Za-z0-9._~-]+\z", RegexOptions.CultureInvariant);

    // Katana compares decoded paths, segment by segment.
    private static readonly Regex PathPattern = new(@"^(/[^/?#%\s]+)+\z", RegexOptions.CultureInvariant);

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

    /// <summary>Checks a pool that the application's resolver returned, with the rules for configured pools.</summary>
    /// <param name="options">The options.</param>
    /// <param name="configured">The configured pools.</param>
    /// <param name="id">The id that the resolver was asked for.</param>
    /// <param name="pool">The pool.</param>
    /// <returns>The problems; none if the pool may be used.</returns>
    public static IReadOnlyList<string> FindProblems(
        CognitoJwtAuthenticationOptions options, IEnumerable<CognitoUserPool> configured, string id, CognitoUserPool pool)
    {
        var problems = new ConfigurationProblems();
        var checker = new OptionsChecker(options, problems);
        checker.CheckPool(pool, nameof(CognitoUserPool));
        checker.CheckUnique([.. configured, pool]);
        if (configured.Any(other => string.Equals(other.UserPoolId, pool.Name, StringComparison.Ordinal)))
        {
            problems.AddUnexpected("CognitoUserPool.Name", pool.Name, "a name that is not the id of a configured pool");
        }

        if (!string.Equals(pool.UserPoolId, id, StringComparison.Ordinal))
        {
            problems.AddUnexpected("CognitoUserPool.UserPoolId", pool.UserPoolId, id + ", the id that was asked for");
        }

        return problems.All;
    }

    private void CheckPools()
    {
        if (_options.UserPools is not { Count: > 0 } pools)
        {
            if (_options.UserPoolResolver == null)
            {
                // Nothing is set yet. Check an empty pool, so that the exception lists the two settings that are required.
                CheckPool(new CognitoUserPool { SettingsPrefix = SettingsReader.Prefix }, "UserPools[0]");
            }

            return;
        }

        for (var i = 0; i < pools.Count; i++)
        {
            CheckPresent($"UserPools[{i}]", pools[i]);
            if (pools[i] != null)
            {
                CheckPool(pools[i], $"UserPools[{i}]");
            }
        }

        CheckUnique(pools.Where(static pool => pool != null));
    }

    private void CheckUnique(IEnumerable<CognitoUserPool> pools)
    {
        // Pools with one id also have common issuers. One problem is enough for both.
        _ = CheckUnique(pools, static pool => [pool.UserPoolId], "id", "one pool with all of its client ids and issuers")
            && CheckUnique(pools, static pool => pool.Issuers.Distinct(), "issuer", "one pool with all of its client ids");
        CheckUnique(pools, static pool => [pool.Name], "name", "a different name for each");
    }

    private bool CheckUnique(
        IEnumerable<CognitoUserPool> pools, Func<CognitoUserPool, IEnumerable<string?>> select, string property, string expected)
    {
        var isUnique = true;
        foreach (var duplicates in pools.SelectMany(select).OfType<string>().GroupBy(value => value).Where(group => group.Count() > 1))
        {
            _problems.Add($"{duplicates.Count()} user pools have the {property} \"{duplicates.Key}\": expected {expected}.");
            isUnique = false;
        }

        return isUnique;
    }

    private void CheckPool(CognitoUserPool pool, string place)
    {
        string GetSettingName(string name) => pool.SettingsPrefix != null ? pool.SettingsPrefix + name : $"{place}.{name}";

        if (pool.UserPoolId == null && !pool.AreIssuersSet)
        {
            _problems.AddMissing(GetSettingName("UserPoolId"), PoolIdExpected);
        }
        else if (IsPlaceholder(pool.UserPoolId))
        {
            AddPlaceholder(GetSettingName("UserPoolId"), pool.UserPoolId!, PoolIdExpected);
        }
        else if (pool.PoolIdRegion == null && !pool.AreIssuersSet)
        {
            _problems.AddUnexpected(GetSettingName("UserPoolId"), pool.UserPoolId, PoolIdExpected);
        }

        if (pool.ExplicitRegion is { } region)
        {
            if (!CognitoUserPool.IsRegion(region))
            {
                _problems.AddUnexpected(GetSettingName("Region"), region, "an AWS region such as eu-west-1");
            }
            else if (pool.PoolIdRegion is { } poolIdRegion && poolIdRegion != region)
            {
                _problems.AddUnexpected(
                    GetSettingName("Region"), region, $"{poolIdRegion}, the region of the user pool \"{pool.UserPoolId}\", or no setting at all");
            }
        }

        // The name is part of log messages.
        if (pool.ExplicitName is { } name && (name.Length == 0 || name.Any(char.IsControl)))
        {
            _problems.AddUnexpected(GetSettingName("Name"), name, "a name without control characters");
        }

        CheckReplicaRegions(pool, GetSettingName("ReplicaRegions"));
        if (pool.AreIssuersSet)
        {
            CheckIssuers(pool, GetSettingName(pool.SettingsPrefix != null ? "Issuer" : "Issuers"));
        }

        if (pool.JwksUri != null)
        {
            CheckAddress(GetSettingName("JwksUri"), pool.JwksUri.OriginalString);
        }

        CheckKeySources(pool, GetSettingName);

        if (pool.Endpoint != null)
        {
            CheckAddress(GetSettingName("Endpoint"), pool.Endpoint.OriginalString);
        }
        else if (_options.UserInfo == CognitoUserInfo.GetUser && pool.Region == null)
        {
            _problems.AddMissing(
                GetSettingName("Endpoint"), "the address of the pool's API, because UserInfo is GetUser and the pool has no AWS region");
        }

        if (pool.Domain != null)
        {
            CheckAddress(GetSettingName("Domain"), pool.Domain.OriginalString);
        }
        else if (_options.UserInfo == CognitoUserInfo.OidcUserInfo)
        {
            _problems.AddMissing(
                GetSettingName("Domain"),
                "the pool's domain, such as https://example.auth.eu-west-1.amazoncognito.com, because UserInfo is OidcUserInfo");
        }

        if (pool.Audiences == null || pool.Audiences.Any(string.IsNullOrWhiteSpace))
        {
            _problems.AddUnexpected(GetSettingName(pool.SettingsPrefix != null ? "Audience" : "Audiences"), null, "names of this API, or none");
        }

        CheckDefined(GetSettingName("TokenUse"), pool.TokenUse ?? CognitoTokenUse.Any);
        CheckOnlyAccessTokens(GetSettingName("TokenUse"), pool.TokenUse);
        CheckScopes(GetSettingName("RequiredScopes"), pool.RequiredScopes ?? []);
        CheckNames(GetSettingName("RequiredGroups"), pool.RequiredGroups ?? []);

        if (pool.ClientIds is not { Count: > 0 })
        {
            _problems.AddMissing(GetSettingName(pool.SettingsPrefix != null ? "ClientId" : "ClientIds"), ClientIdExpected);
        }
        else
        {
            CheckClientIds(pool, GetSettingName(pool.SettingsPrefix != null ? "ClientId" : "ClientIds"));
        }
    }

    private void CheckClientIds(CognitoUserPool pool, string setting)
    {
        var pattern = pool.AreIssuersSet && !pool.Issuers.Any(IsAws) ? EmulatorClientIdPattern : ClientIdPattern;
        foreach (var clientId in pool.ClientIds)
        {
            if (clientId?.Contains(':') == true)
            {
                // The secret may be one of the application's own choice, of any form.
                _problems.Add(
                    $"{setting} seems to have an id, a colon and a secret, and is not shown: expected {ClientIdExpected}. {NoSecretNeeded}");
            }
            else if (clientId != null && ConfigurationProblems.IsSecret(clientId))
            {
                _problems.Add(
                    $"{setting} has a value of {clientId.Length} characters, which looks like the secret of an app client and is not shown: "
                    + $"expected {ClientIdExpected}. {NoSecretNeeded}");
            }
            else if (IsPlaceholder(clientId))
            {
                AddPlaceholder(setting, clientId!, ClientIdExpected);
            }
            else if (clientId == null || !pattern.IsMatch(clientId))
            {
                _problems.AddUnexpected(setting, clientId, ClientIdExpected);
            }
        }
    }

    // README, web.config.transform and the sample have placeholders.
    private static bool IsPlaceholder(string? value) => value?.StartsWith("YOUR-", StringComparison.OrdinalIgnoreCase) == true;

    private void AddPlaceholder(string setting, string value, string expected) =>
        _problems.Add($"{setting} is still the placeholder \"{value}\": expected {expected}.");

    private static bool IsAws(string issuer) =>
        Uri.TryCreate(issuer, UriKind.Absolute, out var address) && CognitoUserPool.IsAws(address);

    public const string ProxyExpected =
        "an address such as http://proxy.example.com:8080, without a path, a user name and a password";

    private const string PoolIdExpected =
        "the id of the user pool, such as eu-west-1_Ab12Cd34e, which the Cognito console shows under Overview";

    private const string ClientIdExpected =
        "the ids of one or more app clients, separated by commas, such as 1example23456789, which the Cognito console shows under App clients";

    private const string NoSecretNeeded = "CognitoOwin needs no secret. If others can read the setting, replace the secret.";

    private void CheckReplicaRegions(CognitoUserPool pool, string setting)
    {
        if (pool.ReplicaRegions == null)
        {
            _problems.AddUnexpected(setting, null, "AWS Regions, or none");
            return;
        }

        foreach (var replica in pool.ReplicaRegions)
        {
            if (replica == null || !CognitoUserPool.IsRegion(replica))
            {
                _problems.AddUnexpected(setting, replica, "AWS Regions such as us-west-2, separated by commas");
            }
            else if (pool.Region is { } home && !CognitoUserPool.CanReplicate(home, replica))
            {
                _problems.AddUnexpected(setting, replica, $"a Region other than {home}, in the same partition of AWS");
            }
        }
    }

    private void CheckIssuers(CognitoUserPool pool, string setting)
    {
        if (pool.Issuers.Count == 0)
        {
            _problems.AddMissing(setting, "at least one issuer, or no such setting at all");
            return;
        }

        var areAddresses = true;
        foreach (var issuer in pool.Issuers)
        {
            if (CheckAddress(setting, issuer) is not { } address)
            {
                areAddresses = false;
            }
            else if (GetRightIssuer(pool, issuer, address) is { } expected)
            {
                _problems.AddUnexpected(setting, issuer, expected);
            }
        }

        if (!areAddresses)
        {
            return;
        }

        if (pool.UserPoolId == null)
        {
            _problems.AddUnexpected(setting, pool.Issuers[0], "an address that ends with the pool's id");
        }
        else if (pool.Issuers.Select(CognitoUserPool.GetLastSegment).Distinct(StringComparer.Ordinal).Count() > 1)
        {
            _problems.AddUnexpected(
                setting,
                string.Join(",", pool.Issuers),
                "issuers of one user pool, which all end with its id; another pool needs its own name in cognito:Pools");
        }
    }

    // With an issuer that no token can have, every token would be refused, and no message would tell the reason.
    private static string? GetRightIssuer(CognitoUserPool pool, string issuer, Uri address)
    {
        string[] derived = [.. pool.DeriveIssuers()];
        var right = derived.Length > 0
            ? string.Join(" or ", derived)
            : "the pool's issuer, such as https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34e";
        if (address.Host.EndsWith(".amazoncognito.com", StringComparison.OrdinalIgnoreCase)
            || address.AbsolutePath.IndexOf("/oauth2/", StringComparison.OrdinalIgnoreCase) >= 0)
        {
            return right + "; this is the address of a sign-in page, which no token names as its issuer";
        }

        if (CognitoUserPool.IsAws(address) && !derived.Contains(issuer, StringComparer.Ordinal))
        {
            return right + "; no other address of AWS is an issuer of this user pool";
        }

        return issuer.EndsWith("/", StringComparison.Ordinal) ? issuer.TrimEnd('/') + ", without a slash at the end" : null;
    }

    // Without usable keys, a file or a text stops the start. Do not fetch from an address here: the network may be down now and
    // work later.
    private void CheckKeySources(CognitoUserPool pool, Func<string, string> getSettingName)
    {
        List<string> sources = [];
        if (pool.JwksUri != null)
        {
            sources.Add(getSettingName("JwksUri"));
        }

        if (pool.JwksFile is { } file)
        {
            sources.Add(getSettingName("JwksFile"));
            if (GetReadError(() => JwksFile.Read(JwksFile.GetFullPath(file))) is { } reason)
            {
                _problems.AddUnexpected(getSettingName("JwksFile"), file, "a file with the pool's JWKS. " + reason);
            }
        }

        if (pool.Jwks is { } text)
        {
            sources.Add(getSettingName("Jwks"));
            if (GetReadError(() => Encoding.UTF8.GetBytes(text)) is { } reason)
            {
                _problems.Add($"{getSettingName("Jwks")} is not the text of the pool's JWKS. {reason}");
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

    private Uri? CheckAddress(string setting, string? text)
    {
        var isHttp = Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is ("https" or "http");
        if (isHttp ? address!.UserInfo.Length > 0 : text?.Contains('@') == true)
        {
            _problems.AddHidden(setting, "an address without a user name and a password");
            return null;
        }

        // A query may be a signature.
        var shown = text?.Split('?')[0];

        // Refuse white space around the text: Uri ignores it, but the issuer of a token must be equal to the text.
        if (!isHttp || text != text!.Trim())
        {
            _problems.AddUnexpected(setting, shown, "an absolute https address");
            return null;
        }

        if (_options.RequireHttps && address!.Scheme != Uri.UriSchemeHttps && !address.IsLoopback)
        {
            _problems.AddUnexpected(setting, shown, "an https address, because cognito:RequireHttps is true");
            return null;
        }

        return address;
    }

    private void CheckRules()
    {
        CheckRange(SettingsReader.Prefix + "ClockSkew", _options.ClockSkew, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        CheckRange(SettingsReader.Prefix + "MaximumTokenLength", _options.MaximumTokenLength, 256, 1_048_576);
        CheckPresent(nameof(_options.TokenCache), _options.TokenCache);
        if (_options.TokenCache != null)
        {
            CheckRange(SettingsReader.Prefix + "TokenCacheMaximumEntries", _options.TokenCache.MaximumEntries, 1, 1_000_000);
        }

        CheckPresent(nameof(_options.Revocations), _options.Revocations);
        if (_options.Revocations is { } revocations)
        {
            CheckRange(SettingsReader.Prefix + "RevocationsMaximumEntries", revocations.MaximumEntries, 1, 10_000_000);
            CheckRange(
                SettingsReader.Prefix + "RefreshTokenLifetime",
                revocations.RefreshTokenLifetime,
                TimeSpan.FromHours(1),
                TimeSpan.FromDays(3650));
            CheckRange(
                SettingsReader.Prefix + "RevocationsReadInterval", revocations.ReadInterval, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
            CheckDefined(SettingsReader.Prefix + "RevocationsWhenUnavailable", revocations.WhenUnavailable);
        }

        // `Realm` and the schemes become part of a header. A character that is not checked here could end the header and start
        // another.
        if (string.IsNullOrEmpty(_options.Realm) || !_options.Realm.All(c => c is >= ' ' and <= '~' and not ('"' or '\\')))
        {
            _problems.AddUnexpected(
                SettingsReader.Prefix + nameof(_options.Realm), _options.Realm, "printable ASCII without quotation marks and backslashes");
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

        CheckQueryParameter();
        CheckClaimTypes();

        CheckPresent(nameof(_options.RequiredScopes), _options.RequiredScopes);
        CheckScopes(nameof(_options.RequiredScopes), _options.RequiredScopes ?? []);
        CheckPresent(nameof(_options.RequiredGroups), _options.RequiredGroups);
        CheckNames(nameof(_options.RequiredGroups), _options.RequiredGroups ?? []);
        CheckDefined(SettingsReader.Prefix + nameof(_options.TokenUse), _options.TokenUse);
        CheckDefined(SettingsReader.Prefix + nameof(_options.InvalidTokens), _options.InvalidTokens);
        CheckDefined(SettingsReader.Prefix + nameof(_options.ForeignTokens), _options.ForeignTokens);
        CheckDefined(SettingsReader.Prefix + nameof(_options.UserInfo), _options.UserInfo);
        CheckDefined(SettingsReader.Prefix + nameof(_options.Provisioning), _options.Provisioning);
        CheckRange(
            SettingsReader.Prefix + "ProvisioningTimeout", _options.ProvisioningTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        CheckRange(SettingsReader.Prefix + "MaximumPendingProvisioning", _options.MaximumPendingProvisioning, 1, 10_000);
        CheckRange(
            SettingsReader.Prefix + nameof(_options.UserInfoTimeout),
            _options.UserInfoTimeout,
            TimeSpan.FromMilliseconds(100),
            TimeSpan.FromMinutes(1));
        CheckUserInfoMaxAge();
        CheckPresent(nameof(_options.Provider), _options.Provider);
        CheckPresent(nameof(_options.TimeProvider), _options.TimeProvider);
    }

    private void CheckUserInfoMaxAge()
    {
        if (_options.UserInfoMaxAge is not { } age)
        {
            return;
        }

        CheckRange(UserInfoMaxAge, age, TimeSpan.FromSeconds(10), TimeSpan.FromDays(1));
        if (_options.UserInfo != CognitoUserInfo.GetUser)
        {
            _problems.AddUnexpected(
                SettingsReader.Prefix + nameof(_options.UserInfo), _options.UserInfo.ToString(), $"getUser, because {UserInfoMaxAge} is set");
        }

        CheckOnlyAccessTokens(SettingsReader.Prefix + nameof(_options.TokenUse), _options.TokenUse);
    }

    // Cognito cannot be asked about an ID token. If one were accepted, the client could send it after the access token of the same
    // sign-in was refused.
    private void CheckOnlyAccessTokens(string setting, CognitoTokenUse? tokenUse)
    {
        if (_options.UserInfoMaxAge != null && tokenUse is { } other and not CognitoTokenUse.Access)
        {
            _problems.AddUnexpected(setting, other.ToString(), $"access, because {UserInfoMaxAge} is set");
        }
    }

    private const string UserInfoMaxAge = SettingsReader.Prefix + nameof(CognitoJwtAuthenticationOptions.UserInfoMaxAge);

    private void CheckQueryParameter()
    {
        const string Name = SettingsReader.Prefix + nameof(CognitoJwtAuthenticationOptions.QueryParameter);
        const string Paths = SettingsReader.Prefix + nameof(CognitoJwtAuthenticationOptions.QueryParameterPaths);
        const string PathsExpected = "paths such as /signalr, without a slash at the end, separated by commas";
        if (_options.QueryParameterPaths == null)
        {
            _problems.AddMissing(Paths, PathsExpected);
            return;
        }

        foreach (var path in _options.QueryParameterPaths.Where(path => path == null || !PathPattern.IsMatch(path)))
        {
            _problems.AddUnexpected(Paths, path, PathsExpected);
        }

        if (_options.QueryParameter is { } name && !QueryParameterPattern.IsMatch(name))
        {
            _problems.AddUnexpected(Name, name, "the name of a query parameter, such as access_token");
        }

        if (_options.QueryParameter != null && _options.QueryParameterPaths.Count == 0)
        {
            _problems.AddMissing(Paths, PathsExpected + ", because " + Name + " is set");
        }

        if (_options.QueryParameter == null && _options.QueryParameterPaths.Count > 0)
        {
            _problems.AddMissing(Name, "the name of a query parameter, such as access_token, because " + Paths + " is set");
        }
    }

    private void CheckClaimTypes()
    {
        const string Expected = "a claim type, such as ";
        if (string.IsNullOrEmpty(_options.RoleClaimType))
        {
            _problems.AddMissing(SettingsReader.Prefix + nameof(_options.RoleClaimType), Expected + CognitoClaimTypes.Groups);
        }

        if (CheckDefined(SettingsReader.Prefix + nameof(_options.RoleClaimFormat), _options.RoleClaimFormat)
            && _options.RoleClaimFormat != CognitoRoleClaimFormat.Items && _options.RoleClaimType == CognitoClaimTypes.Groups)
        {
            _problems.AddUnexpected(
                SettingsReader.Prefix + nameof(_options.RoleClaimFormat),
                _options.RoleClaimFormat.ToString(),
                "items, because cognito:RoleClaimType is cognito:groups, which is always a list");
        }

        if (_options.NameClaimType == "")
        {
            _problems.AddUnexpected(SettingsReader.Prefix + nameof(_options.NameClaimType), "", Expected + CognitoClaimTypes.Email);
        }

        if (_options.AccessTokenNameClaimType == "")
        {
            _problems.AddUnexpected(
                SettingsReader.Prefix + nameof(_options.AccessTokenNameClaimType), "", Expected + CognitoClaimTypes.AccessTokenUsername);
        }
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
        CheckRange(SettingsReader.Prefix + nameof(keys.StaleLifetime), keys.StaleLifetime, keys.RefreshInterval, TimeSpan.FromDays(3650));
        CheckRange(
            SettingsReader.Prefix + nameof(keys.MinimumRefetchInterval),
            keys.MinimumRefetchInterval,
            TimeSpan.FromSeconds(1),
            TimeSpan.FromHours(1));
        CheckRange(
            SettingsReader.Prefix + nameof(keys.FetchTimeout), keys.FetchTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        if (keys.Proxy != null)
        {
            CheckProxy(keys.Proxy, keys);
        }
    }

    private void CheckProxy(Uri proxy, CognitoKeysOptions keys)
    {
        const string Setting = SettingsReader.Prefix + nameof(keys.Proxy);
        if (proxy.OriginalString.Contains('@'))
        {
            _problems.AddHidden(Setting, ProxyExpected);
        }
        else if (!proxy.IsAbsoluteUri || proxy.Scheme != Uri.UriSchemeHttp || proxy.PathAndQuery != "/")
        {
            _problems.AddUnexpected(Setting, proxy.OriginalString, ProxyExpected);
        }

        if (keys.HttpMessageHandler != null || _options.UserInfoHttpMessageHandler != null)
        {
            _problems.Add(
                $"{Setting} is set together with Keys.HttpMessageHandler or UserInfoHttpMessageHandler: expected the proxy in the handlers, "
                + "or no handler.");
        }
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

    // Code can cast any number.
    private bool CheckDefined<T>(string setting, T value)
        where T : struct, Enum
    {
        var isDefined = Enum.IsDefined(typeof(T), value);
        if (!isDefined)
        {
            _problems.AddUnexpected(setting, value.ToString(), string.Join(" or ", Enum.GetNames(typeof(T)).Select(static name => char.ToLowerInvariant(name[0]) + name.Substring(1))));
        }

        return isDefined;
    }

    private void CheckPresent(string setting, object? value)
    {
        if (value == null)
        {
            _problems.AddMissing(setting, "a value other than null");
        }
    }
}
