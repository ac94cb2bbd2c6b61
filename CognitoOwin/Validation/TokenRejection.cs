namespace CognitoOwin;

/// <summary>
/// Says why a token, or the header that should hold it, was not accepted: one name per rule, in the order in which the rules are
/// applied. <c>docs/errors.md</c> has the usual cause and the cure of each.
/// </summary>
public enum TokenRejection
{
    /// <summary>The token was accepted.</summary>
    None = 0,

    /// <summary>
    /// The <c>Authorization</c> header holds no token, several, or characters that no token has (RFC 6750 §2.1).
    /// </summary>
    MalformedRequest,

    /// <summary>
    /// The <c>Authorization</c> header holds a JWT without a scheme, and
    /// <see cref="CognitoJwtAuthenticationOptions.AllowRawToken"/> is not set.
    /// </summary>
    SchemeMissing,

    /// <summary>The <c>Authorization</c> header has no space between the scheme and the token.</summary>
    SpaceMissing,

    /// <summary>The load balancer's header or the query parameter came more than once.</summary>
    SeveralTokens,

    /// <summary>
    /// The token is in the load balancer's header, whose session is a cookie, and the request may be sent by another site.
    /// </summary>
    CrossSiteRequest,

    /// <summary>The token is longer than <see cref="CognitoJwtAuthenticationOptions.MaximumTokenLength"/>.</summary>
    TokenTooLong,

    /// <summary>The token is not three segments with dots between them (RFC 7515 §3.1).</summary>
    NotAJws,

    /// <summary>The token is encrypted, five segments (RFC 7516 §3.1). Cognito issues no such token.</summary>
    Encrypted,

    /// <summary>
    /// A segment is not base64url without padding (RFC 7515 §2), or has bits that no encoder sets (RFC 4648 §3.5).
    /// </summary>
    MalformedEncoding,

    /// <summary>The header is not one JSON object of valid text with unique names (RFC 7515 §4).</summary>
    MalformedHeader,

    /// <summary><c>alg</c> is not exactly <c>RS256</c> (RFC 8725 §3.1).</summary>
    AlgorithmNotAllowed,

    /// <summary>The header has <c>crit</c>: it requires an extension, and CognitoOwin supports none (RFC 7515 §4.1.11).</summary>
    CriticalExtension,

    /// <summary>The header has no <c>kid</c>, or one that is empty, not a string, or longer than 256 characters.</summary>
    KeyIdMissing,

    /// <summary>The payload is not one JSON object of valid text with unique names (RFC 7519 §7.2).</summary>
    MalformedPayload,

    /// <summary>An object in the header or the payload has more than 512 members.</summary>
    TooManyMembers,

    /// <summary>The header or the payload has objects and lists that are nested more than 16 levels deep.</summary>
    TooDeep,

    /// <summary>
    /// <c>iss</c> is not exactly one of the issuers of a user pool that is configured or that
    /// <see cref="CognitoJwtAuthenticationOptions.UserPoolResolver"/> returns (RFC 7519 §4.1.1).
    /// </summary>
    UnknownIssuer,

    /// <summary>There is no <c>exp</c>. Cognito's tokens always have one.</summary>
    ExpirationMissing,

    /// <summary>A date is not a number, or not a date from 1970 to 9999 (RFC 7519 §2, NumericDate).</summary>
    MalformedDate,

    /// <summary><c>exp</c> has passed, clock skew included (RFC 7519 §4.1.4).</summary>
    Expired,

    /// <summary><c>nbf</c> is in the future, clock skew included (RFC 7519 §4.1.5).</summary>
    NotYetValid,

    /// <summary><c>iat</c> is in the future, clock skew included (RFC 7519 §4.1.6).</summary>
    IssuedInTheFuture,

    /// <summary><c>token_use</c> is neither <c>id</c> nor <c>access</c>.</summary>
    UnknownTokenUse,

    /// <summary>
    /// <see cref="CognitoJwtAuthenticationOptions.UserPoolResolver"/> cannot tell now whether the application has the user pool: it
    /// failed, took too long, returned a pool with a wrong setting, or was asked for too many pools.
    /// </summary>
    UserPoolUnavailable,

    /// <summary><c>token_use</c> is not the kind that <see cref="CognitoJwtAuthenticationOptions.TokenUse"/> accepts.</summary>
    TokenUseNotAccepted,

    /// <summary><c>aud</c> of an ID token is not one string that is a configured client id.</summary>
    AudienceNotAccepted,

    /// <summary><c>client_id</c> of an access token is not one string that is a configured client id.</summary>
    ClientIdNotAccepted,

    /// <summary>
    /// <c>aud</c> of an access token, the resource to which the client bound it (RFC 8707), is neither one of
    /// <see cref="CognitoUserPool.Audiences"/> nor a client id of the pool, is not text, or is absent although
    /// <see cref="CognitoJwtAuthenticationOptions.RequireAudience"/> is set.
    /// </summary>
    ResourceNotAccepted,

    /// <summary>
    /// The token's key is not known and could not be fetched, or the next fetch is not due yet, so the token cannot be validated
    /// now.
    /// </summary>
    KeysUnavailable,

    /// <summary>The pool has no key with this <c>kid</c>.</summary>
    UnknownKey,

    /// <summary>The signature is not the key's signature of this header and payload (RFC 7515 §5.2).</summary>
    InvalidSignature,

    /// <summary>A claim that identifies the user or its rights is missing, or has another type than Cognito's.</summary>
    MalformedClaim,

    /// <summary>The token has none of <see cref="CognitoJwtAuthenticationOptions.RequiredScopes"/>.</summary>
    ScopeMissing,

    /// <summary>The token has none of <see cref="CognitoJwtAuthenticationOptions.RequiredGroups"/>.</summary>
    GroupMissing,

    /// <summary>
    /// The application has revoked the token, its sign-in, its user or its app client (<see cref="ICognitoRevocations"/>).
    /// </summary>
    Revoked,

    /// <summary>
    /// Nobody can tell now whether the token is revoked: this server has not read the store of revocations since its start
    /// (<see cref="CognitoRevocationsOptions.Store"/>), or cannot reach it, and
    /// <see cref="CognitoRevocationsOptions.WhenUnavailable"/> is <see cref="UnavailableStoreHandling.Refuse"/>.
    /// </summary>
    RevocationsUnavailable,

    /// <summary>
    /// The access token lacks the scope that <see cref="CognitoJwtAuthenticationOptions.UserInfo"/> needs to read the profile:
    /// <c>aws.cognito.signin.user.admin</c> or <c>openid</c>.
    /// </summary>
    UserInfoScopeMissing,

    /// <summary>The profile of the user of an access token cannot be read now.</summary>
    UserInfoUnavailable,

    /// <summary>
    /// The user pool no longer accepts the access token: it was revoked, or its user signed out everywhere, is disabled or
    /// deleted, or must choose a new password.
    /// </summary>
    UserNotActive,

    /// <summary>The profile for an access token is another user's: its <c>sub</c> is not the token's.</summary>
    UserInfoMismatch,

    /// <summary>The application rejected the token, in <c>OnTokenValidated</c> or <c>OnProvisionUser</c>.</summary>
    RejectedByApplication,

    /// <summary>
    /// The user of the token is not known now: the provisioning handler threw an exception or took longer than
    /// <see cref="CognitoJwtAuthenticationOptions.ProvisioningTimeout"/>, or
    /// <see cref="CognitoJwtAuthenticationOptions.MaximumPendingProvisioning"/> requests waited already.
    /// </summary>
    ProvisioningFailed,
}
