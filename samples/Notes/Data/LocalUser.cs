namespace Notes.Data;

/// <summary>The application's own user: one row for each Cognito user who ever came.</summary>
public sealed record LocalUser(long Id, string? Username, string? Email, string? DisabledAt)
{
    public bool IsDisabled => DisabledAt is not null;
}
