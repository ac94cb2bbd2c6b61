namespace Notes.Data
{
    public sealed class Note
    {
        public long Id { get; private set; }

        public string Text { get; private set; }

        public string CreatedAt { get; private set; }
    }
}
