using System.Collections.Generic;

namespace CognitoOwin.Configuration;

/// <summary>Collects what is wrong with a configuration, so that its reader learns of everything at once.</summary>
internal sealed class ConfigurationProblems
{
    private readonly List<string> _problems = [];

    public ConfigurationProblems()
    {
    }

    public ConfigurationProblems(ConfigurationProblems found) => _problems.AddRange(found._problems);

    public void Add(string problem) => _problems.Add(problem);

    public void AddMissing(string setting, string expected) => Add($"{setting} is missing: expected {expected}.");

    public void AddUnexpected(string setting, string? value, string expected) => Add($"{setting} is \"{value}\": expected {expected}.");

    /// <exception cref="CognitoConfigurationException">There is a problem.</exception>
    public void ThrowIfAny()
    {
        if (_problems.Count > 0)
        {
            throw new CognitoConfigurationException(_problems);
        }
    }
}
