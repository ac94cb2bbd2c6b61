using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Globalization;
using System.Linq;

namespace CognitoOwin.Configuration;

/// <summary>Fills options from the <c>cognito:</c> keys of <c>&lt;appSettings&gt;</c>.</summary>
internal sealed class SettingsReader
{
    public const string Prefix = "cognito:";

    private readonly NameValueCollection _settings;
    private readonly ConfigurationProblems _problems;

    // Every key that was looked for: what is left over is a misspelt setting, and a misspelt "RequiredGroups" must not pass
    // for one that asks for nothing.
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    private SettingsReader(NameValueCollection settings, ConfigurationProblems problems)
    {
        // As <appSettings> does, whatever the collection was made to do: a setting must not be lost for its capitals.
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
        var names = List(Prefix + "Pools");
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

    private void ReadPool(string prefix, string? name, IList<CognitoUserPool> pools)
    {
        var pool = new CognitoUserPool { SettingsPrefix = prefix };
        var set = false;

        Text(prefix + "UserPoolId", value => pool.UserPoolId = value, ref set);
        Text(prefix + "Region", value => pool.Region = value, ref set);
        Text(prefix + "Issuer", value => pool.Issuer = value, ref set);
        Text(prefix + "JwksUri", value => pool.JwksUri = Address(prefix + "JwksUri", value), ref set);
        Text(prefix + "JwksFile", value => pool.JwksFile = value, ref set);
        Text(prefix + "Endpoint", value => pool.Endpoint = Address(prefix + "Endpoint", value), ref set);
        Text(prefix + "Domain", value => pool.Domain = Address(prefix + "Domain", value), ref set);
        pool.ClientIds = List(prefix + "ClientId");
        pool.Audiences = List(prefix + "Audience");
        set |= pool.ClientIds.Count + pool.Audiences.Count > 0;

        if (name != null)
        {
            pool.Name = name;
        }

        // With nothing set at all the pool may come from code; a pool that was announced by name must be there.
        if (set || name != null)
        {
            pools.Add(pool);
        }
    }

    private void ReadRules(CognitoJwtAuthenticationOptions options)
    {
        Value<CognitoTokenUse>(Prefix + "TokenUse", "id, access or any", TryEnum, value => options.TokenUse = value);
        Value<CognitoUserInfo>(Prefix + "UserInfo", "none, getUser or oidcUserInfo", TryEnum, value => options.UserInfo = value);
        Value<TimeSpan>(Prefix + "ClockSkew", "a whole number of seconds", TrySeconds, value => options.ClockSkew = value);
        Value<bool>(Prefix + "RequireHttps", "true or false", bool.TryParse, value => options.RequireHttps = value);
        Value<bool>(Prefix + "PublicKeysCachingEnabled", "true or false", bool.TryParse, value => options.Keys.CachingEnabled = value);
        Value<TimeSpan>(
            Prefix + "PublicKeysCachingTimeout",
            "a whole number of seconds",
            TrySeconds,
            value => options.Keys.RefreshInterval = value);
        Value<bool>(Prefix + "TokenCacheEnabled", "true or false", bool.TryParse, value => options.TokenCache.Enabled = value);
        Value<int>(Prefix + "TokenCacheMaximumEntries", "a whole number", TryNumber, value => options.TokenCache.MaximumEntries = value);
        options.RequiredScopes = [.. options.RequiredScopes, .. List(Prefix + "RequiredScopes")];
        options.RequiredGroups = [.. options.RequiredGroups, .. List(Prefix + "RequiredGroups")];
    }

    private void ReportUnknownKeys()
    {
        foreach (var key in _settings.AllKeys.Where(key => key?.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) == true))
        {
            if (!_known.Contains(key))
            {
                _problems.Add($"{key} is not a setting. There are: {string.Join(", ", _known)}. Give settings of your own another prefix.");
            }
        }
    }

    private delegate bool TryParse<T>(string text, out T value);

    private void Value<T>(string key, string expected, TryParse<T> tryParse, Action<T> assign)
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

    private void Text(string key, Action<string> assign, ref bool set)
    {
        if (Find(key) is { } text)
        {
            assign(text);
            set = true;
        }
    }

    private Uri? Address(string key, string text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var address))
        {
            return address;
        }

        _problems.AddUnexpected(key, text, "an absolute address that begins with https://");
        return null;
    }

    private List<string> List(string key)
    {
        var text = Find(key) ?? "";
        List<string> items = [.. text.Split(',', ';').Select(item => item.Trim()).Where(item => item.Length > 0)];
        if (text.Length > 0 && items.Count == 0)
        {
            _problems.AddUnexpected(key, text, Something);
        }

        return items;
    }

    private string? Find(string key)
    {
        _known.Add(key);
        var value = _settings[key]?.Trim();

        // What a release should have filled in, say: nothing must not pass for a list of groups that asks for none.
        if (value?.Length == 0)
        {
            _problems.AddUnexpected(key, value, Something);
        }

        return string.IsNullOrEmpty(value) ? null : value;
    }

    private const string Something = "a value, or no such setting at all";

    // By its name alone: Enum.TryParse takes numbers, signs before them, and lists as well.
    private static bool TryEnum<T>(string text, out T value)
        where T : struct, Enum =>
        Enum.TryParse(text, ignoreCase: true, out value) && text.All(char.IsLetter) && Enum.IsDefined(typeof(T), value);

    private static bool TryNumber(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool TrySeconds(string text, out TimeSpan value)
    {
        var success = TryNumber(text, out var seconds);
        value = TimeSpan.FromSeconds(seconds);
        return success;
    }
}
