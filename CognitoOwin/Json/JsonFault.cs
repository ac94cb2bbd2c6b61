namespace CognitoOwin.Json;

/// <summary>Says why <see cref="StrictJson"/> did not read a text.</summary>
internal enum JsonFault
{
    /// <summary>The text was read.</summary>
    None,

    /// <summary>The text is not JSON, has more than one meaning, or is another kind of value.</summary>
    Malformed,

    /// <summary>An object has more than <see cref="StrictJson.MaximumMembers"/> members.</summary>
    TooManyMembers,

    /// <summary>Objects and lists are nested more than <see cref="StrictJson.MaximumDepth"/> levels deep.</summary>
    TooDeep,
}
