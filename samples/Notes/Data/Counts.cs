namespace Notes.Data
{
    public sealed class Counts
    {
        public long Users { get; private set; }

        public long Notes { get; private set; }
    }
}
