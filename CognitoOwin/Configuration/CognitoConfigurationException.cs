using System;
using System.Collections.Generic;
using System.Text;
using CognitoOwin.Diagnostics;

namespace CognitoOwin;

/// <summary>
/// Reports that the application cannot start with its settings. The message lists all problems, each with its key, its value and
/// what is expected.
/// </summary>
public sealed class CognitoConfigurationException : Exception
{
    internal CognitoConfigurationException(IReadOnlyList<string> problems)
        : base(Format(problems)) => Problems = problems;

    /// <summary>Gets the problems, in one or two sentences each.</summary>
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
            .Append("Settings are in <appSettings> of web.config, or in the options for app.UseCognitoJwt(). ")
            .Append("Each is described under ").Append(DocumentationPage.Name("configuration", "The user pool")).Append(" and below it.").ToString();
    }
}
