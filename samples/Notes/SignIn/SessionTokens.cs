namespace Notes.SignIn;

/// <summary>The tokens that Cognito returns when a user signs in. <paramref name="ExpiresIn"/> is in seconds.</summary>
public sealed record SessionTokens(string? IdToken, string? AccessToken, string? RefreshToken, int? ExpiresIn);
