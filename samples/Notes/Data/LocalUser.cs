namespace Notes.Data;

/// <summary>A user of this application: one row for each Cognito user who has signed in.</summary>
public sealed record LocalUser(long Id, string? Username, string? Email, string? DisabledAt)
{
    public bool IsDisabled => DisabledAt is not null;
}
