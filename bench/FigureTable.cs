using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;

namespace CognitoOwin.Bench;

/// <summary>Writes figures to the console, to <c>artifacts/bench.json</c> and to <c>docs/performance.md</c>.</summary>
internal static class FigureTable
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Reports the figures of one command.</summary>
    /// <param name="figures">The figures.</param>
    /// <param name="marker">The marker of the table in <c>docs/performance.md</c>.</param>
    /// <param name="updateDocs">Whether to write the table there.</param>
    /// <returns>The exit status: 0 if everything was measured, even if a target is missed.</returns>
    public static int Report(IReadOnlyList<Figure> figures, string marker, bool updateDocs)
    {
        foreach (var figure in figures)
        {
            Console.WriteLine($"{figure.Name,-26} {Figure.Text(figure.Value),10}  {figure.Target,-8} {figure.Verdict.Trim('*'),-12} {figure.Meaning}");
        }

        var withTarget = figures.Where(figure => figure.Target.Length > 0).ToList();
        Console.WriteLine($"{withTarget.Count(figure => figure.Holds == true)} of {withTarget.Count} targets hold");
        WriteJson(figures);
        if (updateDocs)
        {
            Repository.UpdatePerformancePage(marker, string.Format(
                CultureInfo.InvariantCulture,
                "Measured on {0:yyyy-MM-dd}, {1} cores, {2}, {3}.\n\n{4}",
                DateTime.UtcNow,
                Environment.ProcessorCount,
                Runtime.Name,
                Runtime.Katana,
                WriteTable(figures)));
        }

        return figures.All(figure => figure.IsMeasured) ? 0 : 1;
    }

    // Two commands measure the two runtimes, so keep the figures of the other command.
    private static void WriteJson(IEnumerable<Figure> figures)
    {
        var path = Repository.Artifact("bench.json");
        var all = new SortedDictionary<string, double>(StringComparer.Ordinal);
        if (File.Exists(path))
        {
            foreach (var earlier in JsonSerializer.Deserialize<Dictionary<string, double>>(File.ReadAllText(path))!)
            {
                all[earlier.Key] = earlier.Value;
            }
        }

        foreach (var figure in figures)
        {
            all.Remove(figure.Name);
            if (figure.IsMeasured)
            {
                all[figure.Name] = Math.Round(figure.Value, 4);
            }
        }

        File.WriteAllText(path, JsonSerializer.Serialize(all, Indented) + "\n");
    }

    private static string WriteTable(IEnumerable<Figure> figures)
    {
        var table = new StringBuilder("| figure | what | target | measured | holds |\n|---|---|---|---|---|\n");
        foreach (var figure in figures)
        {
            table.Append("| `").Append(figure.Name).Append("` | ").Append(figure.Meaning).Append(" | ").Append(figure.Target).Append(" | ")
                .Append(Figure.Text(figure.Value)).Append(" | ").Append(figure.Verdict).Append(" |\n");
        }

        return table.ToString();
    }
}
