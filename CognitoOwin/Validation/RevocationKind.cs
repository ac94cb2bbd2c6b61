namespace CognitoOwin.Validation;

/// <summary>Says what a revocation refuses.</summary>
internal enum RevocationKind
{
    /// <summary>Every token of one sign-in: those with its <c>origin_jti</c>. Refreshed tokens keep it.</summary>
    SignIn,

    /// <summary>Every token of a user who signed in before a moment.</summary>
    User,

    /// <summary>One token: the one with its <c>jti</c>.</summary>
    Token,

    /// <summary>Every token of an app client that was issued before a moment.</summary>
    Client,
}
