using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>Keeps nodes and copies apart: a copy holds an advisory lock for as long as it has the database open, and a node does not begin
/// while somebody does.</summary>
internal static class CopyLock
{
    /// <summary>"WHCC".</summary>
    private const long Number = 0x57484343;

    /// <summary>How long the session of somebody who has just closed the database, or was killed, can go on.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>An expression: whether no copy is under way, which holds until the transaction ends.</summary>
    public static readonly string IsFree = $"pg_try_advisory_xact_lock_shared({Number})";

    /// <summary>Takes the lock for as long as the connection is open.</summary>
    /// <exception cref="StorageOpenException">Nodes are running, or another copy is.</exception>
    public static async Task TakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await RequireAsync(connection, $"pg_try_advisory_lock({Number})", cancellationToken).ConfigureAwait(false);
        await using var nodes = new NpgsqlCommand(
            "SELECT string_agg(name, ', ' ORDER BY epoch) FROM nodes WHERE lease_until > extract(epoch FROM clock_timestamp()) * 1000000", connection);
        if (await nodes.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is string running)
        {
            throw new StorageOpenException($"The database is in use by {running}: stop all nodes, and wait 5 seconds for one that was killed.");
        }
    }

    /// <exception cref="StorageOpenException">A copy is under way.</exception>
    public static Task ThrowIfTakenAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        RequireAsync(connection, IsFree, cancellationToken);

    private static async Task RequireAsync(NpgsqlConnection connection, string expression, CancellationToken cancellationToken)
    {
        await using var ask = new NpgsqlCommand("SELECT " + expression, connection);
        for (var left = Patience; await ask.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not true; left -= Pause)
        {
            if (left <= TimeSpan.Zero)
            {
                throw new StorageOpenException("The database is in use by a copy (hookctl admin copy): wait until that has ended.");
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }
}
