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
    private TrustedIssuer? _issuer;
    private SigningKey? _key;
    private RevocationKey?[]? _revocationKeys;
    private int _revocationsVersion;
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
    /// Gets the time after which to try again, if the rejection is <see cref="TokenRejection.UserPoolUnavailable"/>,
    /// <see cref="TokenRejection.KeysUnavailable"/> or <see cref="TokenRejection.RevocationsUnavailable"/>.
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

    /// <summary>
    /// Gets whether the application's resolver must confirm the user pool before the token is accepted again.
    /// </summary>
    internal bool MustWaitForPool => _issuer!.ResolvedPool is { MustWait: true };

    /// <summary>Gets whether the user pool has not changed, and the key that verified the token may still be used.</summary>
    internal bool IsTrusted => _issuer!.ResolvedPool?.TryUse() != false && _issuer.Keys.IsTrusted(_key!);

    /// <summary>
    /// Gets the slot where a layer above keeps its own data of the token, for as long as the token is remembered.
    /// </summary>
    internal ref object? Slot => ref _slot;

    internal static CognitoTokenValidationResult Accept(CognitoToken token, TrustedIssuer issuer, SigningKey key) =>
        new() { Token = token, _issuer = issuer, _key = key };

    /// <param name="rejection">The rule.</param>
    /// <param name="member">The header parameter or claim that broke it.</param>
    /// <param name="actual">Its value in the token; null if it is missing or not text.</param>
    internal static CognitoTokenValidationResult Reject(TokenRejection rejection, string? member = null, string? actual = null) =>
        new() { Rejection = rejection, _member = member, _actual = actual };

    /// <summary>
    /// Replaces the result of an accepted token that is revoked, or of which that is not known now. This result itself stays as it is, so that a token that is sent
    /// again after its revocation is found in the cache, and costs no verification.
    /// </summary>
    /// <returns>This result, or the rejection of the token.</returns>
    internal CognitoTokenValidationResult ApplyRevocations()
    {
        if (_issuer?.Pool.Revocations is not { } revocations)
        {
            return this;
        }

        // Most requests stop here: nothing was revoked since a request with this token looked.
        var version = revocations.Version;
        if (_revocationsVersion == version)
        {
            return this;
        }

        if (revocations.Find(Token!, ref _revocationKeys) is { } kind)
        {
            RevocationMetrics.RecordRefusal(kind);
            return Reject(TokenRejection.Revoked);
        }

        if (revocations.RetryAfter is { } retryAfter)
        {
            // Without the version, so that the next request asks again.
            return ReportUnavailable(TokenRejection.RevocationsUnavailable, retryAfter);
        }

        // The version was read before looking. If something changed in between, the next request looks again.
        _revocationsVersion = version;
        return this;
    }

    internal static CognitoTokenValidationResult ReportUnavailable(TokenRejection rejection, TimeSpan retryAfter) =>
        new() { Rejection = rejection, RetryAfter = retryAfter };
}
