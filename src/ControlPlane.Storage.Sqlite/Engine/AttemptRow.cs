namespace ControlPlane.Storage.Sqlite;

/// <summary>An attempt that is being stored.</summary>
internal readonly record struct AttemptRow(long Key, AttemptRecord Attempt);
