namespace Notes.SignIn;

/// <summary>What Cognito hands to a user who signed in. <paramref name="ExpiresIn"/> counts seconds.</summary>
public sealed record SessionTokens(string? IdToken, string? AccessToken, string? RefreshToken, int? ExpiresIn);
