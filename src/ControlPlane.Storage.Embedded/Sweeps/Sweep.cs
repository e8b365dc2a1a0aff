namespace ControlPlane.Storage.Embedded;

/// <summary>
/// Walks rows of one kind for those that have expired. It looks on a reader, at a bounded number of rows at a time, and removes what
/// it found on the writer: rows that stay cost the writer nothing.
/// </summary>
/// <typeparam name="TReader">What the engine reads a snapshot with.</typeparam>
/// <typeparam name="TSession">What it writes with.</typeparam>
internal abstract class Sweep<TReader, TSession>(int batch)
{
    /// <summary>How many rows to remove at a time.</summary>
    protected int Batch => batch;

    /// <summary>Whether nothing is left to look at.</summary>
    public bool Finished { get; protected set; }

    /// <summary>Whether the next look adds to what the last one found, because that is little and the look was short.</summary>
    public bool LooksOn { get; protected set; }

    /// <summary>Looks on; whether there is something to remove.</summary>
    public abstract bool Look(TReader reader);

    /// <summary>Removes what was found, except what has changed since. Can run more than once.</summary>
    public abstract Removed Remove(TSession session);
}
