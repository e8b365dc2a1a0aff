using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteReplayStore(SqliteDatabase database) : IReplayStore
{
    public Task<RedriveScope?> BeginAsync(string tenantId, CancellationToken cancellationToken) => database.ReadAsync(
        connection => TenantKeys.FindConfig(connection, tenantId) is not null && Counters.Load(connection) is var counters
            ? new RedriveScope(0, counters.Revision, counters.EventSeq + 1)
            : null,
        cancellationToken);

    public Task<EventStretch> ReadAsync(EventWalk walk, CancellationToken cancellationToken)
    {
        RedriveTransitions.Validate(walk);
        return database.ReadAsync(connection => ReplaySteps.Read(connection, walk), cancellationToken);
    }

    public Task<ReplayPosition?> FindAsync(string redriveId, CancellationToken cancellationToken) => database.ReadAsync(
        connection => RedriveRows.Find(connection, redriveId) is { Redrive.Replay: not null } stored
            ? new ReplayPosition(stored.Redrive, stored.Position, stored.Scope.End)
            : null,
        cancellationToken);

    public Task<RedriveBatch?> StepAsync(ReplayStep replayed, CancellationToken cancellationToken) =>
        database.WriteAsync("", 1 + replayed.Events.Count, session => ReplaySteps.Step(session, replayed), cancellationToken);
}
