namespace ControlPlane.Storage.Sqlite.Tests;

/// <summary>Operations that share a transaction, and do not share their misfortunes.</summary>
public sealed class GroupCommitTests : SqliteTests
{
    /// <summary>Holds the writer within a transaction until released, so that what is queued meanwhile is the next one.</summary>
    private static async Task<(Task Held, Action Release)> HoldAsync(SqliteDatabase database)
    {
        var entered = new TaskCompletionSource();
        var release = new ManualResetEventSlim();
        var held = database.WriteAsync(
            session =>
            {
                entered.TrySetResult();
                release.Wait(Cancel);
                return session.Head;
            },
            Cancel);
        await entered.Task;
        return (held, release.Set);
    }

    [Fact]
    public async Task Write_ManyQueued_OneCommit()
    {
        var database = Open();
        var before = database.Commits;
        var (held, release) = await HoldAsync(database);

        var writes = Enumerable.Range(0, 500).Select(i => AddTenantAsync(database, $"ten_{i}")).ToList();
        release();
        await Task.WhenAll([held, .. writes]);

        Assert.Equal(1, database.Commits - before);
        Assert.Equal(501, (await ListTenantsAsync(database)).Count());
    }

    [Fact]
    public async Task Write_OneAfterTheOther_OneCommitEach()
    {
        var database = Open();
        var before = database.Commits;

        for (var i = 0; i < 5; i++)
        {
            await AddTenantAsync(database, $"ten_{i}");
        }

        Assert.Equal(5, database.Commits - before);
    }

    [Fact]
    public async Task Write_OneFailsInTheDatabase_OthersCommit()
    {
        var database = Open();
        var (held, release) = await HoldAsync(database);
        var runs = 0;

        var first = AddTenantAsync(database, "ten_1");
        var poisoned = database.WriteAsync(
            session =>
            {
                runs++;
                TenantRows.Create(session, new TenantRecord { Id = "ten_poisoned" });
                session.Connection.Execute("INSERT INTO meta SELECT * FROM meta");
                return true;
            },
            Cancel);
        var last = AddTenantAsync(database, "ten_2");
        release();

        await Assert.ThrowsAsync<SqliteException>(() => poisoned);
        await Task.WhenAll(held, first, last);
        Assert.Equal(2, runs);
        Assert.Equal(["ten_2", "ten_1", "default"], await ListTenantsAsync(database));
    }

    [Fact]
    public async Task Write_OneThrows_CountersAndNamesGoBack()
    {
        var database = Open();
        var (held, release) = await HoldAsync(database);

        var poisoned = database.WriteAsync<bool>(
            session =>
            {
                session.Counters.Revision += 100;
                session.Intern(NameKind.EventType, "again");
                throw new InvalidOperationException("as planned");
            },
            Cancel);
        var after = database.WriteAsync(
            session => (session.Counters.Revision, session.Intern(NameKind.EventType, "again")), Cancel);
        release();
        await held;

        await Assert.ThrowsAsync<InvalidOperationException>(() => poisoned);
        var (revision, name) = await after;
        Assert.Equal(0, revision);
        Assert.Equal(0, database.Head);
        Assert.Equal(name, await database.ReadAsync(c => Names.FindSeq(c, NameKind.EventType, "again"), Cancel));
    }

    [Fact]
    public async Task Write_CancelledWhileQueued_IsDroppedOthersRun()
    {
        var database = Open();
        var (held, release) = await HoldAsync(database);
        using var cancel = new CancellationTokenSource();

        var dropped = database.WriteAsync(
            session => TenantRows.Create(session, new TenantRecord { Id = "ten_dropped" }), cancel.Token);
        var kept = AddTenantAsync(database, "ten_kept");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dropped);
        release();
        await Task.WhenAll(held, kept);

        Assert.Equal(["ten_kept", "default"], await ListTenantsAsync(database));
    }

    [Fact]
    public async Task Write_CancelledWhileRunning_RunsToTheEnd()
    {
        var database = Open();
        using var cancel = new CancellationTokenSource();

        var write = database.WriteAsync(
            session =>
            {
                cancel.Cancel();
                return TenantRows.Create(session, new TenantRecord { Id = "ten_1" });
            },
            cancel.Token);

        Assert.True(await write);
        Assert.Equal(["ten_1", "default"], await ListTenantsAsync(database));
    }
}
