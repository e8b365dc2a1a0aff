namespace ControlPlane.Storage;

/// <summary>Why a store cannot be opened that has to do with copies.</summary>
public static class CopyRefusals
{
    /// <summary>It was begun to be copied into.</summary>
    public static StorageOpenException Unfinished(string store) => new(
        $"The {store} is an unfinished copy of another store: run \"hookctl admin copy\" to its end, or remove it.");

    /// <summary>A publish was cut off in it, which a server brings to its end.</summary>
    public static StorageOpenException CutOff(string store) => new(
        $"The server on the {store} was not stopped, and a publish was cut off: start it once and stop it.");

    /// <summary>There is nothing to copy.</summary>
    public static StorageOpenException Missing(string path) => new($"There is no store '{path}'.");

    /// <summary>It is of an earlier version, which is not changed for a copy.</summary>
    public static StorageOpenException Older(string store, int format, int latest) => new(
        $"The {store} was written by an older version: its schema is {format}, this version's is {latest}. Start this version's server on it once.");
}
