namespace CognitoOwin.Claims;

/// <summary>Reads the claim <c>token_use</c>.</summary>
internal static class TokenUseClaim
{
    /// <summary>Reads the value of the claim.</summary>
    /// <param name="text">The value; null if the claim is missing or not text.</param>
    /// <returns>The kind of token; <see cref="CognitoTokenUse.Any"/> if Cognito has no kind of this name.</returns>
    public static CognitoTokenUse Parse(string? text) => text switch
    {
        "id" => CognitoTokenUse.Id,
        "access" => CognitoTokenUse.Access,
        _ => CognitoTokenUse.Any,
    };
}
