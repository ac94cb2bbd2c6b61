namespace CognitoOwin.Bench;

internal static class GrowthCommand
{
    public static int Run(string[] args) => args.Length;
}
