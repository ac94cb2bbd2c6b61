using System;
using System.Globalization;
using System.Linq;

namespace CognitoOwin.Bench;

/// <summary>The options of a command: <c>--name value</c> and <c>--flag</c>.</summary>
internal sealed class Arguments
{
    private readonly string[] _args;

    public Arguments(string[] args, params string[] known)
    {
        _args = args;
        if (args.FirstOrDefault(arg => arg.StartsWith("--", StringComparison.Ordinal) && !known.Contains(arg, StringComparer.Ordinal)) is { } unknown)
        {
            throw new UsageException($"{unknown} is not an option of this command. Its options: {string.Join(", ", known)}");
        }
    }

    public bool Has(string flag) => _args.Contains(flag, StringComparer.Ordinal);

    public double Number(string name, double otherwise)
    {
        var index = Array.IndexOf(_args, name);
        if (index < 0)
        {
            return otherwise;
        }

        return index + 1 < _args.Length && double.TryParse(_args[index + 1], NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new UsageException($"{name} needs a number.");
    }
}
