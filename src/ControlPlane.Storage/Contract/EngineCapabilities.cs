namespace ControlPlane.Storage;

/// <summary>What an engine can do beyond what every engine does. Null means that it cannot.</summary>
public sealed record EngineCapabilities
{
    /// <summary>An engine without any.</summary>
    public static EngineCapabilities None { get; } = new();

    /// <summary>Copies the store into a file.</summary>
    public IFileBackup? Backup { get; init; }

    /// <summary>Looks for damage.</summary>
    public IIntegrityCheck? Integrity { get; init; }

    /// <summary>What an operator uses where one of the above is null, as a sentence. Default: the database's own tools.</summary>
    public string Instead { get; init; } = "Use the tools of the database that holds the store.";
}

/// <summary>Copying the store into a file while it is used.</summary>
public interface IFileBackup
{
    /// <summary>What a backup's name ends with until it is complete. One that a crash left behind can be deleted.</summary>
    const string PartialSuffix = ".partial";

    /// <summary>
    /// Copies the store, as it is at one moment, into a new file in a directory that exists. Neither reads nor writes wait for it.
    /// Until it is complete it has the name with <see cref="PartialSuffix"/>, and nothing is left of it if it does not get there.
    /// </summary>
    /// <param name="path">The file to make.</param>
    /// <param name="progress">Called with how far it is: at once, and about every second. If it throws, the backup ends.</param>
    /// <param name="cancellationToken">Ends the backup.</param>
    Task<BackupResult> BackupAsync(string path, Func<BackupProgress, Task> progress, CancellationToken cancellationToken);
}

/// <summary>Finding damage.</summary>
public interface IIntegrityCheck
{
    /// <summary>
    /// Completes when the store is found to be damaged, by an operation or by a check, with what was found. From then on every
    /// operation throws <see cref="StorageDamagedException"/>.
    /// </summary>
    Task<string> Damage { get; }

    /// <summary>Reads all of the store and looks for damage. Returns what it found, at most 100 lines, none if it is sound.</summary>
    Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken);
}
