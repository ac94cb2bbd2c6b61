using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Globalization;
using System.Linq;
using CognitoOwin.Diagnostics;

namespace CognitoOwin.Configuration;

/// <summary>Reads the <c>cognito:</c> keys of <c>&lt;appSettings&gt;</c> into options.</summary>
internal sealed class SettingsReader
{
    public const string Prefix = "cognito:";

    private readonly NameValueCollection _settings;
    private readonly ConfigurationProblems _problems;

    // Every key that was read. Any other cognito: key is misspelt, and a misspelt "RequiredGroups" must not mean that no group is
    // required.
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    private SettingsReader(NameValueCollection settings, ConfigurationProblems problems)
    {
        // Ignore case as <appSettings> does, whatever the collection does, so that no setting is lost because of its capitals.
        _settings = new NameValueCollection(StringComparer.OrdinalIgnoreCase) { settings };
        _problems = problems;
    }

    public static void Read(NameValueCollection settings, CognitoJwtAuthenticationOptions options, ConfigurationProblems problems)
    {
        var reader = new SettingsReader(settings, problems);
        reader.ReadPools(options.UserPools);
        reader.ReadRules(options);
        reader.ReportUnknownKeys();
    }

    private void ReadPools(IList<CognitoUserPool> pools)
    {
        var names = ReadNames();
        if (names.Count == 0)
        {
            ReadPool(Prefix, name: null, pools);
            return;
        }

        foreach (var name in names)
        {
            ReadPool(Prefix + name + ":", name, pools);
        }
    }

    private List<string> ReadNames() => ReadList(Prefix + "Pools");

    private void ReadPool(string prefix, string? name, IList<CognitoUserPool> pools)
    {
        var pool = new CognitoUserPool { SettingsPrefix = prefix };
        var isAnySet = false;

        ReadText(prefix + "UserPoolId", value => pool.UserPoolId = value, ref isAnySet);
        ReadText(prefix + "Region", value => pool.Region = value, ref isAnySet);
        ReadText(prefix + "JwksUri", value => pool.JwksUri = ParseAddress(prefix + "JwksUri", value), ref isAnySet);
        ReadText(prefix + "JwksFile", value => pool.JwksFile = value, ref isAnySet);
        ReadText(prefix + "Endpoint", value => pool.Endpoint = ParseAddress(prefix + "Endpoint", value), ref isAnySet);
        ReadText(prefix + "Domain", value => pool.Domain = ParseAddress(prefix + "Domain", value), ref isAnySet);
        pool.ClientIds = ReadList(prefix + "ClientId");
        pool.Audiences = name == null ? ReadList(prefix + "Audience") : ReadRule(prefix + "Audience") ?? ReadList(Prefix + "Audience");
        pool.ReplicaRegions = ReadList(prefix + "ReplicaRegions");
        var issuers = ReadList(prefix + "Issuer");
        if (issuers.Count > 0)
        {
            pool.Issuers = issuers;
        }

        isAnySet |= pool.ClientIds.Count + pool.Audiences.Count + pool.ReplicaRegions.Count + issuers.Count > 0;

        if (name != null)
        {
            pool.Name = name;
            ReadValue<CognitoTokenUse>(prefix + "TokenUse", "id, access or any", TryParseEnum, value => pool.TokenUse = value);
            pool.RequiredScopes = ReadRule(prefix + "RequiredScopes");
            pool.RequiredGroups = ReadRule(prefix + "RequiredGroups");
        }

        // Without any setting, code may set the pool. A pool that cognito:Pools names must have settings.
        if (isAnySet || name != null)
        {
            pools.Add(pool);
        }
    }

    private void ReadRules(CognitoJwtAuthenticationOptions options)
    {
        ReadValue<CognitoTokenUse>(Prefix + "TokenUse", "id, access or any", TryParseEnum, value => options.TokenUse = value);
        ReadValue<CognitoUserInfo>(Prefix + "UserInfo", "none, getUser or oidcUserInfo", TryParseEnum, value => options.UserInfo = value);
        ReadValue<TimeSpan>(Prefix + "UserInfoMaxAge", "a whole number of seconds", TryParseSeconds, value => options.UserInfoMaxAge = value);
        ReadValue<bool>(Prefix + "AllowRawToken", "true or false", bool.TryParse, value => options.AllowRawToken = value);
        ReadValue<bool>(Prefix + "AcceptLoadBalancerToken", "true or false", bool.TryParse, value => options.AcceptLoadBalancerToken = value);
        options.QueryParameter = Find(Prefix + "QueryParameter") ?? options.QueryParameter;
        options.QueryParameterPaths = [.. options.QueryParameterPaths, .. ReadList(Prefix + "QueryParameterPaths")];
        ReadValue<InvalidTokenHandling>(
            Prefix + "InvalidTokens", "continueAnonymously or reject", TryParseEnum, value => options.InvalidTokens = value);
        ReadValue<ForeignTokenHandling>(Prefix + "ForeignTokens", "refuse or ignore", TryParseEnum, value => options.ForeignTokens = value);
        ReadValue<bool>(Prefix + "CountHostUser", "true or false", bool.TryParse, value => options.CountHostUser = value);
        options.Realm = Find(Prefix + "Realm") ?? options.Realm;
        ReadValue<bool>(Prefix + "IncludeErrorDetails", "true or false", bool.TryParse, value => options.IncludeErrorDetails = value);
        options.NameClaimType = Find(Prefix + "NameClaimType") ?? options.NameClaimType;
        options.AccessTokenNameClaimType = Find(Prefix + "AccessTokenNameClaimType") ?? options.AccessTokenNameClaimType;
        options.RoleClaimType = Find(Prefix + "RoleClaimType") ?? options.RoleClaimType;
        ReadValue<CognitoRoleClaimFormat>(
            Prefix + "RoleClaimFormat",
            "items, bracketedList, commaSeparatedList or jsonList",
            TryParseEnum,
            value => options.RoleClaimFormat = value);
        ReadValue<CognitoProvisioning>(
            Prefix + "Provisioning", "oncePerToken or everyRequest", TryParseEnum, value => options.Provisioning = value);
        ReadValue<TimeSpan>(
            Prefix + "UserInfoTimeout", "a whole number of seconds", TryParseSeconds, value => options.UserInfoTimeout = value);
        ReadValue<TimeSpan>(
            Prefix + "ProvisioningTimeout", "a whole number of seconds", TryParseSeconds, value => options.ProvisioningTimeout = value);
        ReadValue<int>(
            Prefix + "MaximumPendingProvisioning", "a whole number", TryParseNumber, value => options.MaximumPendingProvisioning = value);
        ReadValue<TimeSpan>(Prefix + "ClockSkew", "a whole number of seconds", TryParseSeconds, value => options.ClockSkew = value);
        ReadValue<int>(Prefix + "MaximumTokenLength", "a whole number", TryParseNumber, value => options.MaximumTokenLength = value);
        ReadValue<bool>(Prefix + "RequireAudience", "true or false", bool.TryParse, value => options.RequireAudience = value);
        ReadValue<bool>(Prefix + "RequireHttps", "true or false", bool.TryParse, value => options.RequireHttps = value);
        ReadValue<bool>(Prefix + "PublicKeysCachingEnabled", "true or false", bool.TryParse, value => options.Keys.CachingEnabled = value);
        ReadValue<TimeSpan>(
            Prefix + "PublicKeysCachingTimeout",
            "a whole number of seconds",
            TryParseSeconds,
            value => options.Keys.RefreshInterval = value);
        ReadValue<TimeSpan>(
            Prefix + "MinimumRefetchInterval", "a whole number of seconds", TryParseSeconds, value => options.Keys.MinimumRefetchInterval = value);
        ReadValue<TimeSpan>(
            Prefix + "StaleLifetime", "a whole number of seconds", TryParseSeconds, value => options.Keys.StaleLifetime = value);
        ReadValue<TimeSpan>(Prefix + "FetchTimeout", "a whole number of seconds", TryParseSeconds, value => options.Keys.FetchTimeout = value);
        ReadValue<bool>(Prefix + "Prefetch", "true or false", bool.TryParse, value => options.Keys.Prefetch = value);
        if (Find(Prefix + "Proxy") is { } proxy)
        {
            options.Keys.Proxy = ParseAddress(Prefix + "Proxy", proxy, OptionsChecker.ProxyExpected);
        }

        ReadValue<bool>(Prefix + "TokenCacheEnabled", "true or false", bool.TryParse, value => options.TokenCache.Enabled = value);
        ReadValue<int>(Prefix + "TokenCacheMaximumEntries", "a whole number", TryParseNumber, value => options.TokenCache.MaximumEntries = value);
        ReadValue<int>(
            Prefix + "RevocationsMaximumEntries", "a whole number", TryParseNumber, value => options.Revocations.MaximumEntries = value);
        ReadValue<TimeSpan>(
            Prefix + "RefreshTokenLifetime",
            "a whole number of seconds",
            TryParseSeconds,
            value => options.Revocations.RefreshTokenLifetime = value);
        ReadValue<TimeSpan>(
            Prefix + "RevocationsReadInterval", "a whole number of seconds", TryParseSeconds, value => options.Revocations.ReadInterval = value);
        ReadValue<UnavailableStoreHandling>(
            Prefix + "RevocationsWhenUnavailable", "continue or refuse", TryParseEnum, value => options.Revocations.WhenUnavailable = value);
        options.RequiredScopes = [.. options.RequiredScopes, .. ReadList(Prefix + "RequiredScopes")];
        options.RequiredGroups = [.. options.RequiredGroups, .. ReadList(Prefix + "RequiredGroups")];
    }

    private void ReportUnknownKeys()
    {
        foreach (var key in _settings.AllKeys.Where(key => key != null && IsOurs(key)))
        {
            if (!_known.Contains(key))
            {
                _problems.Add($"{key} is not a setting. {Suggest(key)} Keys of your own settings need another prefix.");
            }
        }
    }

    // A misspelt prefix, as in congito:RequiredGroup, must not disable a rule either. Other applications have keys with other prefixes, so the
    // rest must be near the name of a setting too.
    private bool IsOurs(string key)
    {
        var length = key.IndexOf(':') + 1;
        var prefix = key.Substring(0, length);
        return IsSame(prefix, Prefix)
            || (length > 0 && NearestText.Find(prefix, [Prefix]) != null
                && NearestText.Find(key.Substring(length), _known.Select(static known => known.Substring(Prefix.Length))) != null);
    }

    private string Suggest(string key)
    {
        // The key of a pool has its name in between. If no whole key is near, look for the last part, as in cognito:staff:ClockSkew.
        var nearest = NearestText.Find(key, _known) ?? _known.FirstOrDefault(known => IsSame(GetLastPart(known), GetLastPart(key)));
        if (nearest == null && NearestText.Find(GetLastPart(key), _known.Select(GetLastPart)) is { } part)
        {
            nearest = _known.First(known => IsSame(GetLastPart(known), part));
        }

        var parts = key.Split(':');
        var pool = parts.Length == 3 && !ReadNames().Contains(parts[1], StringComparer.OrdinalIgnoreCase)
            ? $" {Prefix}Pools does not name \"{parts[1]}\"."
            : "";
        return (nearest == null ? DocumentationPage.Name("configuration", "The user pool") + " and below it has the settings." : $"Did you mean {nearest}?") + pool;

        static string GetLastPart(string key) => key.Substring(key.LastIndexOf(':') + 1);
    }

    private static bool IsSame(string first, string second) => string.Equals(first, second, StringComparison.OrdinalIgnoreCase);

    private delegate bool TryParse<T>(string text, out T value);

    private void ReadValue<T>(string key, string expected, TryParse<T> tryParse, Action<T> assign)
    {
        if (Find(key) is not { } text)
        {
            return;
        }

        if (tryParse(text, out var value))
        {
            assign(value);
        }
        else
        {
            _problems.AddUnexpected(key, text, expected);
        }
    }

    private void ReadText(string key, Action<string> assign, ref bool isSet)
    {
        if (Find(key) is { } text)
        {
            assign(text);
            isSet = true;
        }
    }

    private Uri? ParseAddress(string key, string text, string expected = "an absolute address that begins with https://")
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var address))
        {
            return address;
        }

        if (text.Contains('@'))
        {
            _problems.AddHidden(key, expected);
            return null;
        }

        // A query may be a signature.
        _problems.AddUnexpected(key, text.Split('?')[0], expected);
        return null;
    }

    private List<string> ReadList(string key)
    {
        var text = Find(key) ?? "";
        List<string> items = [.. text.Split(',', ';').Select(item => item.Trim()).Where(item => item.Length > 0)];
        if (text.Length > 0 && items.Count == 0)
        {
            _problems.AddUnexpected(key, text, ValueExpected);
        }

        return items;
    }

    // A rule of one pool replaces the general one; the value "none" clears it.
    private List<string>? ReadRule(string key)
    {
        var items = ReadList(key);
        if (items.Count == 0)
        {
            return null;
        }

        return items.Count == 1 && items[0] == "none" ? [] : items;
    }

    private string? Find(string key)
    {
        _known.Add(key);
        var value = _settings[key]?.Trim();

        // A release process may have failed to fill in a value. An empty list of groups must not mean that no group is required.
        if (value?.Length == 0)
        {
            _problems.AddUnexpected(key, value, ValueExpected);
        }

        return string.IsNullOrEmpty(value) ? null : value;
    }

    private const string ValueExpected = "a value, or no such setting at all";

    // Accept names only. Enum.TryParse also accepts numbers, signed numbers and lists.
    private static bool TryParseEnum<T>(string text, out T value)
        where T : struct, Enum =>
        Enum.TryParse(text, ignoreCase: true, out value) && text.All(char.IsLetter) && Enum.IsDefined(typeof(T), value);

    private static bool TryParseNumber(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool TryParseSeconds(string text, out TimeSpan value)
    {
        var success = TryParseNumber(text, out var seconds);
        value = TimeSpan.FromSeconds(seconds);
        return success;
    }
}
