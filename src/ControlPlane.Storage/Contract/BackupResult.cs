namespace ControlPlane.Storage;

/// <summary>How a backup ended. Only <see cref="Done"/> left a file.</summary>
public abstract record BackupResult
{
    private BackupResult() { }

    /// <summary>The file is there under its name: complete, checked, and synced to disk.</summary>
    /// <param name="Bytes">Its size.</param>
    /// <param name="Revision">The latest revision in it: it holds everything that was acknowledged before the backup began.</param>
    public sealed record Done(long Bytes, long Revision) : BackupResult;

    /// <summary>There is a file of that name already.</summary>
    public sealed record Exists : BackupResult;

    /// <summary>It could not be written, for a reason outside of the store, such as a full disk.</summary>
    public sealed record Failed(string Reason) : BackupResult;
}

/// <summary>How far a backup is, in bytes; it can end a little below or above what is expected.</summary>
public readonly record struct BackupProgress(long Written, long Expected);
