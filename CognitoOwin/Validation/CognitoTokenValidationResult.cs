using System;
using System.Threading.Tasks;
using CognitoOwin.Keys;
using CognitoOwin.Validation;

namespace CognitoOwin;

/// <summary>
/// Holds what <see cref="CognitoTokenValidator"/> found: a valid token, or the first rule that the token breaks.
/// </summary>
public sealed class CognitoTokenValidationResult
{
    private AddressKeys? _keys;
    private SigningKey? _key;
    private string? _member;
    private string? _actual;
    private object? _slot;

    private CognitoTokenValidationResult() => Completed = Task.FromResult(this);

    /// <summary>Gets whether the token follows every rule.</summary>
    public bool IsValid => Rejection == TokenRejection.None;

    /// <summary>Gets the first rule that the token breaks.</summary>
    public TokenRejection Rejection { get; private init; }

    /// <summary>Gets the rejection in one fixed English sentence. It shows nothing of the token.</summary>
    public string Description => RejectionText.GetDescription(Rejection);

    /// <summary>Gets the token; null unless <see cref="IsValid"/>.</summary>
    public CognitoToken? Token { get; private init; }

    /// <summary>
    /// Gets the time after which to try again, if the rejection is <see cref="TokenRejection.KeysUnavailable"/>.
    /// </summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>
    /// Gets the description and the one value of the token that broke the rule. The sender of the token chose that value, so it
    /// is cut and cleaned until it fits a header and a log line.
    /// </summary>
    internal string DetailedDescription =>
        _actual == null ? Description : $"{Description} The token has {_member}: {RejectionText.MakePrintable(_actual, 100)}";

    /// <summary>Gets this result as a completed task: one object for all requests that find the result in the cache.</summary>
    internal Task<CognitoTokenValidationResult> Completed { get; }

    /// <summary>Gets whether the key that verified the token may still be used.</summary>
    internal bool IsKeyTrusted => _keys!.IsTrusted(_key!);

    /// <summary>
    /// Gets the slot where a layer above keeps its own data of the token, for as long as the token is remembered.
    /// </summary>
    internal ref object? Slot => ref _slot;

    internal static CognitoTokenValidationResult Accept(CognitoToken token, AddressKeys keys, SigningKey key) =>
        new() { Token = token, _keys = keys, _key = key };

    /// <param name="rejection">The rule.</param>
    /// <param name="member">The header parameter or claim that broke it.</param>
    /// <param name="actual">Its value in the token; null if it is missing or not text.</param>
    internal static CognitoTokenValidationResult Reject(TokenRejection rejection, string? member = null, string? actual = null) =>
        new() { Rejection = rejection, _member = member, _actual = actual };

    internal static CognitoTokenValidationResult ReportUnavailable(TimeSpan retryAfter) =>
        new() { Rejection = TokenRejection.KeysUnavailable, RetryAfter = retryAfter };
}
