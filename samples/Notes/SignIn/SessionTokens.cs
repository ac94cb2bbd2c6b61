namespace Notes.SignIn
{
    /// <summary>The tokens that Cognito returns when a user signs in.</summary>
    public sealed class SessionTokens
    {
        public string IdToken { get; set; }

        public string AccessToken { get; set; }

        public string RefreshToken { get; set; }

        /// <summary>The lifetime of the ID and access tokens, in seconds.</summary>
        public int? ExpiresIn { get; set; }
    }
}
