using System;
using System.Collections.Generic;
using System.Text;

namespace CognitoOwin;

/// <summary>
/// The settings do not allow a start. The message lists every problem at once, each with its key, its value and what is expected.
/// </summary>
public sealed class CognitoConfigurationException : Exception
{
    internal CognitoConfigurationException(IReadOnlyList<string> problems)
        : base(Format(problems)) => Problems = problems;

    /// <summary>The problems, one sentence or two each.</summary>
    public IReadOnlyList<string> Problems { get; }

    private static string Format(IReadOnlyList<string> problems)
    {
        var text = new StringBuilder("CognitoOwin cannot start: ")
            .Append(problems.Count == 1 ? "1 setting needs" : problems.Count + " settings need").Append(" attention.");
        foreach (var problem in problems)
        {
            text.AppendLine().Append("  - ").Append(problem);
        }

        return text.AppendLine()
            .Append("Settings stand in <appSettings> of web.config, or in the options given to app.UseCognitoJwt(). ")
            .Append("docs/configuration.md describes each.").ToString();
    }
}
