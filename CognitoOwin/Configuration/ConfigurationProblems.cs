using System.Collections.Generic;

namespace CognitoOwin.Configuration;

/// <summary>Collects the problems of a configuration, so that one exception can report all of them.</summary>
internal sealed class ConfigurationProblems
{
    private readonly List<string> _problems = [];

    public ConfigurationProblems()
    {
    }

    /// <param name="known">Problems that were found before.</param>
    public ConfigurationProblems(ConfigurationProblems known) => _problems.AddRange(known._problems);

    public IReadOnlyList<string> All => _problems;

    public void Add(string problem) => _problems.Add(problem);

    public void AddMissing(string setting, string expected) => Add($"{setting} is missing: expected {expected}.");

    public void AddUnexpected(string setting, string? value, string expected) => Add($"{setting} is \"{value}\": expected {expected}.");

    /// <summary>Throws if there is a problem.</summary>
    /// <exception cref="CognitoConfigurationException">There is a problem; the exception lists all of them.</exception>
    public void ThrowIfAny()
    {
        if (_problems.Count > 0)
        {
            throw new CognitoConfigurationException(_problems);
        }
    }
}
