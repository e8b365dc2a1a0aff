using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbReplayStore(LiteDbDatabase database) : IReplayStore
{
    public Task<RedriveScope?> BeginAsync(string tenantId, CancellationToken cancellationToken) => database.ReadAsync(
        documents => TenantRef.FindLive(documents, tenantId) is not null && Counters.Load(documents) is var counters
            ? new RedriveScope(0, counters.Revision, counters.EventSeq + 1)
            : null,
        cancellationToken);

    public Task<EventStretch> ReadAsync(EventWalk walk, CancellationToken cancellationToken)
    {
        RedriveTransitions.Validate(walk);
        return database.ReadAsync(documents => ReplaySteps.Read(documents, walk), cancellationToken);
    }

    public Task<ReplayPosition?> FindAsync(string redriveId, CancellationToken cancellationToken) => database.ReadAsync(
        documents => RedriveDocuments.Find(documents, redriveId) is { Redrive.Replay: not null } stored
            ? new ReplayPosition(stored.Redrive, stored.Position, stored.Scope.End)
            : null,
        cancellationToken);

    public Task<RedriveBatch?> StepAsync(ReplayStep replayed, CancellationToken cancellationToken) =>
        database.WriteAsync("", 1 + replayed.Events.Count, session => ReplaySteps.Step(session, replayed), cancellationToken);
}
