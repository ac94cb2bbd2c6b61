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

    private static readonly Counter<long> Ignored = CognitoMeter.Instance.CreateCounter<long>(
        InstrumentNames.RevocationStoreIgnored,
        unit: "{input}",
        description: "Entries and messages of the store that no server of the farm writes; cognito_owin.revocation.input tells which.");

    private static readonly KeyValuePair<string, object?> Entry = new(InstrumentNames.IgnoredInputTag, "entry");
    private static readonly KeyValuePair<string, object?> Message = new(InstrumentNames.IgnoredInputTag, "message");

    static RevocationMetrics()
    {
        CognitoMeter.Instance.CreateObservableUpDownCounter(
            InstrumentNames.RevocationsEntries,
            CountEntries,
            unit: "{entry}",
            description: "Revocations that are kept, in all lists of the process.");
        CognitoMeter.Instance.CreateObservableUpDownCounter(
            InstrumentNames.RevocationStorePending,
            static () => Lists.GetAll().Sum(static list => (long)(list.Sync?.PendingWrites ?? 0)),
            unit: "{entry}",
            description: "Revocations of this process that are not in the store yet.");
        CognitoMeter.Instance.CreateObservableGauge(
            InstrumentNames.RevocationStoreAge,
            ObserveAges,
            unit: "s",
            description: "Time since the store of revocations was last read.");
    }

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

    public static void RecordIgnoredEntries(int count) => Ignored.Add(count, Entry);

    public static void RecordIgnoredMessage() => Ignored.Add(1, Message);

    // The oldest, if the process has several lists.
    private static IEnumerable<Measurement<double>> ObserveAges() => Lists.GetAll()
        .Select(static list => list.Sync?.TimeSinceContact.TotalSeconds)
        .OfType<double>()
        .OrderByDescending(static age => age)
        .Take(1)
        .Select(static age => new Measurement<double>(age));

    private static string GetName(RevocationKind kind) => kind switch
    {
        RevocationKind.SignIn => "sign_in",
        RevocationKind.User => "user",
        RevocationKind.Token => "token",
        _ => "client",
    };

    private static long CountEntries() => Lists.GetAll().Sum(static list => (long)list.Count);
}
