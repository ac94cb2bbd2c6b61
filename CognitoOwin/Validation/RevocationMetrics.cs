using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;
using CognitoOwin.Diagnostics;

namespace CognitoOwin.Validation;

/// <summary>Measures the lists of revocations. It allocates nothing per token while nobody listens.</summary>
internal static class RevocationMetrics
{
    private static readonly Counter<long> Refused = CognitoMeter.Instance.CreateCounter<long>(
        InstrumentNames.RevocationsRefused,
        unit: "{token}",
        description: "Tokens that were refused because they are revoked.");

    private static readonly Counter<long> Written = CognitoMeter.Instance.CreateCounter<long>(
        InstrumentNames.RevocationsWritten,
        unit: "{entry}",
        description: "Revocations that the application has written.");

    private static readonly ObservedObjects<CognitoRevocationList> Lists = new();

    static RevocationMetrics() => CognitoMeter.Instance.CreateObservableUpDownCounter(
        InstrumentNames.RevocationsEntries,
        CountEntries,
        unit: "{entry}",
        description: "Revocations that are kept, in all lists of the process.");

    public static void Observe(CognitoRevocationList list) => Lists.Add(list);

    public static void StopObserving(CognitoRevocationList list) => Lists.Remove(list);

    public static void RecordRefusal(RevocationKind kind)
    {
        if (Refused.Enabled)
        {
            Refused.Add(1, new KeyValuePair<string, object?>(InstrumentNames.RevocationKindTag, GetName(kind)));
        }
    }

    public static void RecordWrite(RevocationKind kind) =>
        Written.Add(1, new KeyValuePair<string, object?>(InstrumentNames.RevocationKindTag, GetName(kind)));

    private static string GetName(RevocationKind kind) => kind switch
    {
        RevocationKind.SignIn => "sign_in",
        RevocationKind.User => "user",
        RevocationKind.Token => "token",
        _ => "client",
    };

    private static long CountEntries() => Lists.GetAll().Sum(static list => (long)list.Count);
}
