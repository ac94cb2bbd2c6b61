using System;
using System.Threading.Tasks;
using CognitoOwin.Keys;
using CognitoOwin.Provider;
using CognitoOwin.UserInfo;
using CognitoOwin.Validation;

namespace CognitoOwin;

/// <summary>What <see cref="CognitoTokenValidator"/> found.</summary>
public sealed class CognitoTokenValidationResult
{
    private PoolKeys? _keys;
    private SigningKey? _key;
    private string? _member;
    private string? _actual;

    private CognitoTokenValidationResult() => Completed = Task.FromResult(this);

    /// <summary>Whether every rule holds.</summary>
    public bool IsValid => Rejection == TokenRejection.None;

    /// <summary>The first rule that does not hold.</summary>
    public TokenRejection Rejection { get; private init; }

    /// <summary>The rejection in one fixed English sentence that shows nothing of the token.</summary>
    public string Description => RejectionText.DescriptionOf(Rejection);

    /// <summary>The token; null unless <see cref="IsValid"/>.</summary>
    public CognitoToken? Token { get; private init; }

    /// <summary>With <see cref="TokenRejection.KeysUnavailable"/>: after what time it makes sense to ask again.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>
    /// The description, and what the token has in the place that broke the rule: never more of the token than that. It comes
    /// from whoever sent the token, so that only what fits a header and a log line is left of it.
    /// </summary>
    internal string DetailedDescription =>
        _actual == null ? Description : $"{Description} The token has {_member}: {RejectionText.Printable(_actual, 100)}";

    /// <summary>This result as the outcome of work that is done: one object for all requests that find it.</summary>
    internal Task<CognitoTokenValidationResult> Completed { get; }

    /// <summary>Whether the key that verified the token still counts.</summary>
    internal bool IsKeyTrusted => _keys!.Trusts(_key!);

    /// <summary>What the application made of the token, for every request that carries it.</summary>
    internal SharedRun<ProvisioningOutcome> Provisioning { get; } = new();

    /// <summary>The profile that goes with an access token.</summary>
    internal SharedRun<UserInfoAnswer> UserInfo { get; } = new();

    internal static CognitoTokenValidationResult Accept(CognitoToken token, PoolKeys keys, SigningKey key) =>
        new() { Token = token, _keys = keys, _key = key };

    /// <param name="rejection">The rule.</param>
    /// <param name="member">The header parameter or claim that broke it.</param>
    /// <param name="actual">What the token has there; null where it is missing or no text.</param>
    internal static CognitoTokenValidationResult Reject(TokenRejection rejection, string? member = null, string? actual = null) =>
        new() { Rejection = rejection, _member = member, _actual = actual };

    internal static CognitoTokenValidationResult Unavailable(TimeSpan retryAfter) =>
        new() { Rejection = TokenRejection.KeysUnavailable, RetryAfter = retryAfter };
}
