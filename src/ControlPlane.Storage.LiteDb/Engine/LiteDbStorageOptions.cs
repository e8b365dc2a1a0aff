namespace ControlPlane.Storage.LiteDb;

/// <summary>Where and how the store is kept.</summary>
public sealed record LiteDbStorageOptions
{
    /// <summary>The data file. It and its directory are made if they do not exist, readable by their owner only; so are the log and the
    /// checksums beside it.</summary>
    public required string Path { get; init; }

    /// <summary>The clock of leases and due times. Default: the system's clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>How many pages of 8 KiB the log takes before it is copied into the data file. Default: 2,048.</summary>
    internal int CheckpointPages { get; init; } = 2_048;

    /// <summary>Opens a file of the store. Default: on the disk.</summary>
    internal Func<string, IStoreFile> OpenFile { get; init; } = static path => new DiskFile(path);
}
