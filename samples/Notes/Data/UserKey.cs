namespace Notes.Data;

/// <summary>Identifies a Cognito user: a "sub" is unique only within its user pool.</summary>
public sealed record UserKey(string UserPoolId, string Subject);
