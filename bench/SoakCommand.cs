namespace CognitoOwin.Bench;

internal static class SoakCommand
{
    public static int Run(string[] args) => args.Length;
}
