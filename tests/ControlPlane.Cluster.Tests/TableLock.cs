using ControlPlane.Testing;
using ControlPlane.Testing.Postgres;
using Npgsql;

namespace ControlPlane.Cluster.Tests;

/// <summary>Keeps everybody else from a table of a database until it is disposed of, so that they stand still at a certain point.</summary>
internal sealed class TableLock : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly string _database;

    private TableLock(NpgsqlConnection connection, string database) => (_connection, _database) = (connection, database);

    public static async Task<TableLock> TakeAsync(string database, string table)
    {
        var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return new TableLock(connection, database);
    }

    /// <summary>Waits until somebody waits for the table.</summary>
    public Task UntilWaitedForAsync() => Eventually.BecomesAsync(
        () => PostgresServer.ReadNumberAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()", _database),
        count => count > 0, "somebody to wait for the table");

    public async ValueTask DisposeAsync()
    {
        await using (var command = new NpgsqlCommand("ROLLBACK", _connection))
        {
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }

        await _connection.DisposeAsync();
    }
}
