using System.Collections.Generic;
using System.Linq;

namespace CognitoOwin.Configuration;

/// <summary>Collects the problems of a configuration, so that one exception can report all of them.</summary>
internal sealed class ConfigurationProblems
{
    private const int MinimumSecretLength = 40;

    private readonly List<string> _problems = [];

    public ConfigurationProblems()
    {
    }

    /// <param name="known">Problems that were found before.</param>
    public ConfigurationProblems(ConfigurationProblems known) => _problems.AddRange(known._problems);

    public IReadOnlyList<string> All => _problems;

    public void Add(string problem) => _problems.Add(problem);

    public void AddMissing(string setting, string expected) => Add($"{setting} is missing: expected {expected}.");

    /// <summary>Adds the problem of an address with a user name or a password.</summary>
    /// <param name="setting">The setting.</param>
    /// <param name="expected">What is expected.</param>
    public void AddHidden(string setting, string expected) =>
        Add($"{setting} has a user name or a password, which is not shown: expected {expected}.");

    public void AddUnexpected(string setting, string? value, string expected) =>
        Add(value != null && MayHoldSecret(value)
            ? $"{setting} has a value of {value.Length} characters, which is not shown because it may hold a secret: expected {expected}."
            : $"{setting} is \"{value}\": expected {expected}.");

    /// <summary>
    /// Checks whether a text has the form of an app client's secret. Cognito generates secrets of 51 or 52 letters and digits, and ids
    /// of 26.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <returns><see langword="true"/> for 40 or more letters, digits, underscores and plus signs; otherwise, <see langword="false"/>.</returns>
    public static bool IsSecret(string text) => text.Length >= MinimumSecretLength && text.All(IsSecretLetter);

    private static bool MayHoldSecret(string text)
    {
        var run = 0;
        foreach (var c in text)
        {
            run = IsSecretLetter(c) ? run + 1 : 0;
            if (run >= MinimumSecretLength)
            {
                return true;
            }
        }

        return false;
    }

    // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ClientSecretDescriptorType.html
    private static bool IsSecretLetter(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_' or '+';

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
