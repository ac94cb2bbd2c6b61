namespace Notes.Data;

public sealed record Note(long Id, string Text, string CreatedAt);
