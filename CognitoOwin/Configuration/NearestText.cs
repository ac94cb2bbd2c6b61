using System;
using System.Collections.Generic;
using System.Linq;

namespace CognitoOwin.Configuration;

/// <summary>Finds what a misspelt name was meant to be.</summary>
internal static class NearestText
{
    /// <summary>Finds the candidate with the fewest changed letters. Case does not count.</summary>
    /// <param name="text">The text.</param>
    /// <param name="candidates">The candidates.</param>
    /// <returns>The candidate; null if none is near: at most a third of its letters may differ, and at most three.</returns>
    public static string? Find(string text, IEnumerable<string> candidates)
    {
        var (distance, candidate) = candidates
            .Select(candidate => (Distance: GetDistance(text.ToUpperInvariant(), candidate.ToUpperInvariant()), Candidate: candidate))
            .OrderBy(static pair => pair.Distance)
            .FirstOrDefault();
        return candidate != null && distance <= Math.Min(3, candidate.Length / 3) ? candidate : null;
    }

    // The distance of Damerau and Levenshtein (optimal string alignment): letters that are missing, additional, other or swapped.
    private static int GetDistance(string first, string second)
    {
        var distances = new int[first.Length + 1, second.Length + 1];
        for (var i = 0; i <= first.Length; i++)
        {
            for (var j = 0; j <= second.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    distances[i, j] = i + j;
                    continue;
                }

                var replaced = distances[i - 1, j - 1] + (first[i - 1] == second[j - 1] ? 0 : 1);
                distances[i, j] = Math.Min(replaced, Math.Min(distances[i - 1, j], distances[i, j - 1]) + 1);
                if (i > 1 && j > 1 && first[i - 1] == second[j - 2] && first[i - 2] == second[j - 1])
                {
                    distances[i, j] = Math.Min(distances[i, j], distances[i - 2, j - 2] + 1);
                }
            }
        }

        return distances[first.Length, second.Length];
    }
}
