using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using CognitoOwin.Diagnostics;

namespace CognitoOwin;

/// <summary>
/// Counts requests by what became of their token. A request with a cached token allocates nothing for it. No label is a text of
/// a client: pools are configured names, the rest are fixed words.
/// </summary>
internal static class RequestMetrics
{
    private static readonly Counter<long> Requests = CognitoMeter.Instance.CreateCounter<long>(
        InstrumentNames.Requests,
        unit: "{request}",
        description: "Requests, by what became of their token; those that were refused have error.type.");

    // The values of the enumeration are 0, 1, 2 and so on.
    private static readonly string[] Names = Enum.GetNames(typeof(TokenRejection));

    private static readonly KeyValuePair<string, object?> Accepted = new(InstrumentNames.OutcomeTag, "accepted");
    private static readonly KeyValuePair<string, object?> Refused = new(InstrumentNames.OutcomeTag, "refused");
    private static readonly KeyValuePair<string, object?> Unavailable = new(InstrumentNames.OutcomeTag, "unavailable");
    private static readonly KeyValuePair<string, object?> NoToken = new(InstrumentNames.OutcomeTag, "no_token");
    private static readonly KeyValuePair<string, object?> Foreign = new(InstrumentNames.OutcomeTag, "foreign");
    private static readonly KeyValuePair<string, object?> IdToken = new(InstrumentNames.TokenUseTag, "id");
    private static readonly KeyValuePair<string, object?> AccessToken = new(InstrumentNames.TokenUseTag, "access");

    public static void RecordNoToken() => Record(NoToken);

    /// <summary>Counts a request whose token is meant for another middleware.</summary>
    public static void RecordForeign() => Record(Foreign);

    public static void RecordAccepted(CognitoTokenValidationResult validation)
    {
        if (Requests.Enabled)
        {
            Requests.Add(
                1,
                Accepted,
                new(InstrumentNames.UserPoolTag, validation.Pool!.Label),
                validation.TokenUse == CognitoTokenUse.Id ? IdToken : AccessToken);
        }
    }

    /// <summary>Counts a request whose token was not accepted.</summary>
    /// <param name="refusal">The reason.</param>
    /// <param name="validation">What the validator found; null if it was not asked.</param>
    public static void RecordRefused(Refusal refusal, CognitoTokenValidationResult? validation)
    {
        if (!Requests.Enabled)
        {
            return;
        }

        var tags = new TagList
        {
            refusal.IsTemporary ? Unavailable : Refused,
            { InstrumentNames.ErrorTypeTag, Names[(int)refusal.Rejection] },
        };
        if (validation?.Pool is { } pool)
        {
            tags.Add(InstrumentNames.UserPoolTag, pool.Label);
        }

        if (validation is { TokenUse: not CognitoTokenUse.Any })
        {
            tags.Add(validation.TokenUse == CognitoTokenUse.Id ? IdToken : AccessToken);
        }

        Requests.Add(1, tags);
    }

    private static void Record(KeyValuePair<string, object?> outcome)
    {
        if (Requests.Enabled)
        {
            Requests.Add(1, outcome);
        }
    }
}
