using Npgsql;

namespace ControlPlane.Storage.Postgres.Tests;

/// <summary>
/// Sessions that the database ends between two statements of a transaction, as it ends those of a node that comes to nothing for a while.
/// The driver finds out before the next statement is sent, and refuses that one.
/// </summary>
public sealed class GoneConnectionTests : MultiNodeTest
{
    [Fact]
    public async Task Transaction_SessionEndedWithinIt_IsDoneAnew()
    {
        await using var database = await OpenDatabaseAsync();
        var (transactions, tries) = (new Transactions(database, new Holdings()), 0);

        var stored = await transactions.RunAsync<int>(
            async unit =>
            {
                if (++tries == 1)
                {
                    await EndAsync(unit.Connection);
                }

                var found = await unit.FindAsync("UPDATE store SET revision = revision RETURNING 7", row => row.GetInt32(0));
                return () => found;
            },
            Cancel);

        Assert.Equal((7, 2), (stored, tries));
    }

    [Fact]
    public async Task Transaction_SessionsEndedAgainAndAgain_IsUnavailable()
    {
        await using var database = await OpenDatabaseAsync();

        await Assert.ThrowsAsync<StorageUnavailableException>(() => new Transactions(database, new Holdings()).RunAsync<int>(
            async unit =>
            {
                await EndAsync(unit.Connection);
                var found = await unit.FindAsync("SELECT 1", row => row.GetInt32(0));
                return () => found;
            },
            Cancel));
    }

    [Fact]
    public async Task Transaction_SessionEndedBeforeTheCommit_IsInDoubtAndUnavailable()
    {
        await using var database = await OpenDatabaseAsync();
        var (transactions, doubts) = (new Transactions(database, new Holdings()), 0);
        transactions.InDoubt += _ => doubts++;

        await Assert.ThrowsAsync<StorageUnavailableException>(() => transactions.RunAsync<int>(
            async unit =>
            {
                await EndAsync(unit.Connection);
                return () => 0;
            },
            Cancel));

        Assert.Equal(1, doubts);
    }

    [Fact]
    public async Task Read_SessionEndedWithinIt_IsDoneAnew()
    {
        await using var database = await OpenDatabaseAsync();
        var tries = 0;

        var read = await database.ReadAsync(
            async connection =>
            {
                if (++tries == 1)
                {
                    await EndAsync(connection);
                }

                await using var script = new Script(connection).Add("SELECT 7");
                return await script.ListAsync(row => row.GetInt32(0), Cancel);
            },
            Cancel);

        Assert.Equal((7, 2), (Assert.Single(read), tries));
    }

    [Fact]
    public async Task Transaction_FailsByItself_SaysSo()
    {
        await using var database = await OpenDatabaseAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => new Transactions(database, new Holdings()).RunAsync<int>(
            _ => throw new InvalidOperationException("A fault of the program."), Cancel));
    }

    private Task<Database> OpenDatabaseAsync() => Opening.OpenAsync(
        new PostgresStorageOptions { ConnectionString = $"{Source.Database};Keepalive=1", TimeProvider = Clock, DropsDays = false }, Cancel);

    /// <summary>Ends the session of a connection, and waits until the driver knows.</summary>
    private async Task EndAsync(NpgsqlConnection connection)
    {
        await Source.ExecuteAsync($"SELECT pg_terminate_backend({connection.ProcessID})");
        await EventuallyAsync(() => Task.FromResult(connection.State is not System.Data.ConnectionState.Open));
    }
}
