using System.Diagnostics.Tracing;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Tells of each step in writing the store's files, for traces, and for tests that end the process between two of them.</summary>
[EventSource(Name = "ControlPlane-Storage-LiteDb")]
internal sealed class StoreFileEvents : EventSource
{
    private StoreFileEvents()
    {
    }

    public static StoreFileEvents Log { get; } = new();

    /// <summary>Something is about to be written to a file.</summary>
    [Event(1)]
    public void Writing(string file) => WriteEvent(1, file);

    /// <summary>Half of it is.</summary>
    [Event(2)]
    public void HalfWritten(string file) => WriteEvent(2, file);

    /// <summary>A file is about to be synced.</summary>
    [Event(3)]
    public void Syncing(string file) => WriteEvent(3, file);

    /// <summary>A file is synced.</summary>
    [Event(4)]
    public void Synced(string file) => WriteEvent(4, file);

    /// <summary>A transaction is run; nothing of it is in a file.</summary>
    [Event(5)]
    public void Committing() => WriteEvent(5);

    /// <summary>A transaction is synced; nobody knows of it.</summary>
    [Event(6)]
    public void Committed() => WriteEvent(6);

    /// <summary>Everything in the log is in the data file; the log is about to be cut.</summary>
    [Event(7)]
    public void Cutting() => WriteEvent(7);

    /// <summary>The log is cut.</summary>
    [Event(8)]
    public void Cut() => WriteEvent(8);
}
