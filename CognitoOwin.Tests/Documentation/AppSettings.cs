using System;
using System.Collections.Specialized;
using System.Configuration;
using System.Configuration.Internal;
using System.Linq;
using System.Reflection;

namespace CognitoOwin.Tests.Documentation;

/// <summary>
/// Replaces what <see cref="ConfigurationManager.AppSettings"/> returns, until it is disposed. The settings of a file can only be changed
/// before the process starts.
/// </summary>
internal sealed class AppSettings : IInternalConfigSystem, IDisposable
{
    // Each of .NET Framework, Mono and .NET has one such field, with names of their own.
    private static readonly FieldInfo ConfigSystem = typeof(ConfigurationManager).GetFields(BindingFlags.NonPublic | BindingFlags.Static)
        .Single(field => field.FieldType == typeof(IInternalConfigSystem));

    private readonly NameValueCollection _settings;
    private readonly IInternalConfigSystem _replaced;

    public AppSettings(NameValueCollection settings)
    {
        // The first read creates the configuration of the process.
        _ = ConfigurationManager.AppSettings;
        _settings = settings;
        _replaced = (IInternalConfigSystem)ConfigSystem.GetValue(null)!;
        ConfigSystem.SetValue(null, this);
    }

    public bool SupportsUserConfig => _replaced.SupportsUserConfig;

    public object GetSection(string configKey) => configKey == "appSettings" ? _settings : _replaced.GetSection(configKey);

    public void RefreshConfig(string sectionName) => _replaced.RefreshConfig(sectionName);

    public void Dispose() => ConfigSystem.SetValue(null, _replaced);
}
