namespace ControlPlane.Storage.LiteDb;

/// <summary>How much one read looks at: the writer waits for it, and other reads do.</summary>
internal static class ReadBounds
{
    /// <summary>Documents of a walk.</summary>
    public const int LookAtMost = 400;

    /// <summary>Documents of one owner, many of which have to be looked for by themselves.</summary>
    public const int SeekAtMost = 250;
}
