using System;
using System.Collections.Generic;
using System.Linq;

namespace CognitoOwin.Bench;

/// <summary>Runs the command that the first argument names, with the other arguments.</summary>
internal static class Program
{
    private static readonly Dictionary<string, Func<string[], int>> Commands = new(StringComparer.Ordinal)
    {
        ["clr"] = ClrCommand.Run,
        ["figures"] = FiguresCommand.Run,
        ["first"] = FirstRequestCommand.Run,
        ["growth"] = GrowthCommand.Run,
        ["misses"] = CacheMissesCommand.Run,
        ["mutate"] = MutateCommand.Run,
        ["profile"] = ProfileCommand.Run,
        ["remembered"] = RememberedCommand.Run,
        ["scaling"] = ScalingFigures.RunChild,
        ["single"] = SingleCommand.Run,
        ["soak"] = SoakCommand.Run,
        ["tokens"] = RememberedCommand.WriteTokens,
    };

    private static int Main(string[] args)
    {
        // Without a command, measure the table of docs/performance.md with the given options.
        if (args.Length == 0 || args[0].StartsWith("--", StringComparison.Ordinal))
        {
            args = ["figures", .. args];
        }

        if (Commands.TryGetValue(args[0], out var command))
        {
            try
            {
                return command([.. args.Skip(1)]);
            }
            catch (UsageException e)
            {
                Console.Error.WriteLine(e.Message);
                return 2;
            }
        }

        Console.Error.WriteLine($"Usage: ./bench.sh COMMAND [ARGUMENT…], where COMMAND is one of: {string.Join(", ", Commands.Keys)}");
        return 2;
    }
}
