namespace ControlPlane.Storage.Embedded;

/// <summary>
/// An engine's side of the writer: its transactions, and what it keeps in memory of them. Used by the writer's thread alone. Operations
/// of one transaction see what the earlier ones of it wrote.
/// </summary>
internal interface IWriteSession
{
    /// <summary>The latest committed revision.</summary>
    long Head { get; }

    /// <summary>What the transaction has written, in rows of the usual size; a large one counts as several.</summary>
    long Rows { get; }

    /// <summary>
    /// Set while the operations of a failed transaction run again, each in one of its own. Operations then check what nearly never
    /// happens before it makes a statement fail.
    /// </summary>
    bool Careful { get; set; }

    void Begin();

    /// <summary>Does what operations left for the end of the transaction.</summary>
    void Flush();

    /// <summary>Commits, flushing first where that was not done. Returns when the transaction is synced to disk.</summary>
    void Commit();

    /// <summary>Takes the transaction back, and with it everything that is kept in memory of it. Does not throw.</summary>
    void Rollback();

    /// <summary>Called between two batches of transactions, such as for checkpoints.</summary>
    void BetweenBatches();

    /// <summary>Returns the exception for callers of the store, and reports damage.</summary>
    Exception Translate(Exception exception);

    /// <summary>Returns whether an operation that failed alone is worth to run again carefully: a row broke a rule of the schema.</summary>
    bool IsConstraint(Exception exception);
}
