namespace Notes.Data;

public sealed record Counts(long Users, long Notes);
