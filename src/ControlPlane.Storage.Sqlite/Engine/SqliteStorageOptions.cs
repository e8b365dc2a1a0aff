namespace ControlPlane.Storage.Sqlite;

/// <summary>Where and how the embedded store is kept.</summary>
public sealed record SqliteStorageOptions
{
    /// <summary>The database file. It and its directory are made if they do not exist, readable by their owner only.</summary>
    public required string Path { get; init; }

    /// <summary>Tells the create time of what a new store is born with. Default: the system's clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Read connections, each with a cache of up to 8 MB. Default: the number of processors, 4 to 8, so that some are left while others
    /// read long lists.
    /// </summary>
    public int Readers { get; init; } = Math.Clamp(Environment.ProcessorCount, 4, 8);
}
