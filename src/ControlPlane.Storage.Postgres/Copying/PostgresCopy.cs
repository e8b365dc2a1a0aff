using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>A store as a source and as a target of copies, locked for nodes by an open connection.</summary>
internal sealed class PostgresCopy(Database database, NpgsqlConnection locked) : ICopyTarget
{
    private const string Mark = "UPDATE store SET copy_mark = $1 RETURNING event_seq, delivery_seq";

    private const string Begin = "UPDATE store SET store_id = $1, revision = $2, revision_floor = $3, copy_mark = $4";

    public Task<StoreSummary> DescribeAsync(CancellationToken cancellationToken) => CopyReads.DescribeAsync(database, cancellationToken);

    public Task<Page<StoreEntry>> ReadAsync(EntryKind kind, long after, CancellationToken cancellationToken) =>
        CopyReads.ReadAsync(database, kind, after, cancellationToken);

    public Task<string?> GetMarkAsync(CancellationToken cancellationToken) =>
        database.FindAsync("SELECT copy_mark FROM store", row => row.TextOrNull(0), cancellationToken);

    public Task BeginAsync(StoreSummary source, string mark, CancellationToken cancellationToken) => InTransactionAsync(
        async connection =>
        {
            await using var script = new Script(connection)
                .Add("DELETE FROM tenants").Add(Begin, source.StoreId, source.Revision, source.RevisionFloor, mark);
            await script.RunAsync(cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    public Task WriteAsync(IReadOnlyList<StoreEntry> entries, string mark, CancellationToken cancellationToken) => InTransactionAsync(
        async connection =>
        {
            (long, long) last;
            await using (var script = new Script(connection).Add(Mark, mark))
            {
                last = (await script.ListAsync(row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken).ConfigureAwait(false))[0];
            }

            await CopyWrites.AddAsync(database, connection, entries, last, cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    public Task FinishAsync(CancellationToken cancellationToken) => InTransactionAsync(
        async connection =>
        {
            // The planner knows nothing yet of what came all at once.
            await using var script = new Script(connection).Add("ANALYZE").Add(EventErasing.MarkLeased).Add(Mark, [null]);
            await script.RunAsync(cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await locked.DisposeAsync().ConfigureAwait(false);
        await database.DisposeAsync().ConfigureAwait(false);
    }

    private async Task InTransactionAsync(Func<NpgsqlConnection, Task> write, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await write(connection).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw Faults.Translate(exception);
        }
    }
}
