namespace ControlPlane.Storage;

/// <summary>Keeping the store small.</summary>
public interface IMaintenance
{
    /// <summary>
    /// Removes what has expired, from the oldest on. Each step is one small commit, or none where it only looked; the next one is
    /// begun when it is asked for, so whoever enumerates sets the pace. Steps cost the same however large the store is. Where several
    /// processes have the store open, one of them removes for all, and the others nothing.
    /// </summary>
    /// <remarks>
    /// <para>
    /// An event whose <see cref="EventRecord.ExpireTime"/> has come is erased, as <see cref="IErasureStore"/> says.
    /// A delivery that has ended goes with its attempts when it was last changed before
    /// <see cref="RetentionTerms.MetadataBefore"/>, unless it is one of the dead letters to keep. An event goes when it was
    /// created before that and none of its deliveries is left, and is then forgotten: its id and its idempotency key are free. A
    /// payload goes when its event was created before <see cref="RetentionTerms.PayloadsBefore"/> and no delivery of it is
    /// unfinished or a dead letter to keep. Deleted webhooks go when nothing refers to them any more, redrives that ended and
    /// interned texts likewise. An entry of the audit log goes when it was stored before <see cref="RetentionTerms.AuditBefore"/>, the
    /// key of a portal session when it expired before <see cref="RetentionTerms.SessionsBefore"/>.
    /// </para>
    /// <para>
    /// Removing a delivery raises the floor of the change feed to its revision in the same commit. A row's age is that of the
    /// order in which rows were stored: where the clock stepped back a row counts as old as the ones before it, so that nothing
    /// goes early, and a row from the future is kept until its time has come.
    /// </para>
    /// </remarks>
    IAsyncEnumerable<Removed> RemoveExpiredAsync(RetentionTerms terms, CancellationToken cancellationToken);
}

/// <summary>What has expired.</summary>
/// <param name="PayloadsBefore">Payloads of events created before this.</param>
/// <param name="MetadataBefore">Deliveries last changed and events created before this; not after <paramref name="PayloadsBefore"/>.</param>
/// <param name="DeadLetters">How many dead letters of each webhook are kept however old they are, the last ones published.</param>
/// <param name="Now">The current time.</param>
/// <param name="Batch">How many rows a step removes at most, not counting attempts.</param>
public sealed record RetentionTerms(
    DateTimeOffset PayloadsBefore, DateTimeOffset MetadataBefore, int DeadLetters, DateTimeOffset Now, int Batch)
{
    /// <summary>Entries of the audit log stored before this.</summary>
    /// <value>Default: none.</value>
    public DateTimeOffset AuditBefore { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>Keys of portal sessions that expired before this.</summary>
    /// <value>Default: none.</value>
    public DateTimeOffset SessionsBefore { get; init; } = DateTimeOffset.UnixEpoch;
}

/// <summary>What a step removed.</summary>
public readonly record struct Removed(int Payloads, int Deliveries, int Events, int Webhooks, int Redrives, int InternedTexts)
{
    /// <summary>Entries of the audit log.</summary>
    public int AuditEvents { get; init; }

    /// <summary>Events with a time to expire of their own that were erased.</summary>
    public int Erased { get; init; }

    /// <summary>Keys of portal sessions.</summary>
    public int Sessions { get; init; }

    public int Total => Payloads + Deliveries + Events + Webhooks + Redrives + InternedTexts + AuditEvents + Erased + Sessions;

    public static Removed operator +(Removed one, Removed other) => new(
        one.Payloads + other.Payloads,
        one.Deliveries + other.Deliveries,
        one.Events + other.Events,
        one.Webhooks + other.Webhooks,
        one.Redrives + other.Redrives,
        one.InternedTexts + other.InternedTexts)
    {
        AuditEvents = one.AuditEvents + other.AuditEvents,
        Erased = one.Erased + other.Erased,
        Sessions = one.Sessions + other.Sessions,
    };
}
