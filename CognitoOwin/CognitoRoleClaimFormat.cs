namespace CognitoOwin;

/// <summary>
/// Says how <see cref="CognitoJwtAuthenticationOptions.RoleClaimType"/> holds several roles. CognitoOwin reads this one format and
/// guesses no other: a claim in another format gives no role.
/// </summary>
public enum CognitoRoleClaimFormat
{
    /// <summary>The claim is a list, or one value. Each item is a role.</summary>
    Items = 0,

    /// <summary>
    /// The claim is a text in the form in which Cognito writes an attribute with several values of a SAML provider:
    /// <c>[reader, admin]</c>, each value URL-encoded like a form (<c>+</c> for a space), or one value without brackets and commas
    /// (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-specifying-attribute-mapping.html).
    /// </summary>
    BracketedList = 1,

    /// <summary>The claim is a text with commas between the roles: <c>reader,admin</c>. Spaces around a role are removed.</summary>
    CommaSeparatedList = 2,

    /// <summary>The claim is the text of a JSON list of strings: <c>["reader","admin"]</c>.</summary>
    JsonList = 3,
}
