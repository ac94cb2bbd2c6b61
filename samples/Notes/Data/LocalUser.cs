namespace Notes.Data
{
    /// <summary>
    /// A user of this application: one row for each Cognito user who has signed in. Only Dapper sets the properties, because concurrent
    /// requests share the object.
    /// </summary>
    public sealed class LocalUser
    {
        public long Id { get; private set; }

        public string Username { get; private set; }

        public string Email { get; private set; }

        public string DisabledAt { get; private set; }

        public bool IsDisabled => DisabledAt != null;
    }
}
