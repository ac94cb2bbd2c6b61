namespace Notes.Data
{
    /// <summary>Identifies a Cognito user: a "sub" is unique only within its user pool.</summary>
    public sealed class UserKey
    {
        public string UserPoolId { get; private set; }

        public string Subject { get; private set; }
    }
}
