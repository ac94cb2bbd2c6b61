using System;

namespace CognitoOwin.Validation;

/// <summary>
/// Holds the id of a sign-in, user, token or app client with its hash. Hashing an id takes longer than looking it up, so a
/// cached token keeps its keys. Two keys are equal if their ids are.
/// </summary>
internal readonly record struct RevocationKey
{
    private readonly int _hash;

    public RevocationKey(string id)
    {
        Id = id;
        _hash = StringComparer.Ordinal.GetHashCode(id);
    }

    public string Id { get; }

    public override int GetHashCode() => _hash;
}
