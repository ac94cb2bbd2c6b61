using System;

namespace CognitoOwin.Claims;

/// <summary>Holds the settings of the identities that one middleware creates.</summary>
/// <param name="authenticationType">The authentication type of an identity.</param>
/// <param name="nameClaimType">The claim type of the name; null for Cognito's own.</param>
/// <param name="accessTokenNameClaimType">The claim type of the name of a user with an access token.</param>
/// <param name="roleClaimType">The claim type of the roles.</param>
/// <param name="saveToken">Whether an identity keeps the raw token.</param>
/// <param name="createInsufficientScopeChallenge">
/// Creates the challenge for a user who lacks a right, from a description and the scopes of which one is enough.
/// </param>
internal sealed class IdentitySettings(
    string authenticationType,
    string? nameClaimType,
    string? accessTokenNameClaimType,
    string roleClaimType,
    bool saveToken,
    Func<string, string[], string> createInsufficientScopeChallenge)
{
    public string AuthenticationType { get; } = authenticationType;

    /// <summary>Gets the claim type of the name of a user with an ID token.</summary>
    public string IdTokenNameClaimType { get; } = nameClaimType ?? CognitoClaimTypes.Username;

    public string AccessTokenNameClaimType { get; } = accessTokenNameClaimType ?? nameClaimType ?? CognitoClaimTypes.AccessTokenUsername;

    public string RoleClaimType { get; } = roleClaimType;

    public bool SaveToken { get; } = saveToken;

    public Func<string, string[], string> CreateInsufficientScopeChallenge { get; } = createInsufficientScopeChallenge;
}
