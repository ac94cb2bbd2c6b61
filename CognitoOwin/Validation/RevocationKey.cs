using System;

namespace CognitoOwin.Validation;

/// <summary>
/// Holds the id of a sign-in, user, token or app client with its hash. Hashing an id takes longer than looking it up, so a
/// remembered token keeps its keys.
/// </summary>
internal readonly struct RevocationKey(string id) : IEquatable<RevocationKey>
{
    private readonly int _hash = StringComparer.Ordinal.GetHashCode(id);

    public string Id { get; } = id;

    public bool Equals(RevocationKey other) => string.Equals(Id, other.Id, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is RevocationKey other && Equals(other);

    public override int GetHashCode() => _hash;
}
