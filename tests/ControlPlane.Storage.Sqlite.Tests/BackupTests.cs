namespace ControlPlane.Storage.Sqlite.Tests;

/// <summary>Copies of a store that is in use.</summary>
public sealed class BackupTests : SqliteTests
{
    private string Target => Path.Combine(Folder, "copies", "copy.db");

    [Fact]
    public async Task Backup_WhileEverybodyWrites_HoldsWhatWasAcknowledgedBefore()
    {
        var database = Open();
        var maintenance = new SqliteBackup(database);
        using var stop = new CancellationTokenSource();
        var acknowledged = 0;
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(
            async () =>
            {
                for (var i = 0; !stop.IsCancellationRequested; i++)
                {
                    Assert.True(await AddTenantAsync(database, $"ten_{writer}_{i}"));
                    Interlocked.Increment(ref acknowledged);
                }
            },
            Cancel)).ToList();
        while (Volatile.Read(ref acknowledged) < 200)
        {
            await Task.Yield();
        }

        var before = (await ListTenantsAsync(database)).ToHashSet();
        var revision = await database.WriteAsync(session => ++session.Counters.Revision, Cancel);
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        var told = new List<BackupProgress>();
        var result = await maintenance.BackupAsync(Target, Tell(told), Cancel);
        var commits = database.Commits;
        await AddTenantAsync(database, "ten_after");
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        Assert.True(database.Commits > commits);
        var done = Assert.IsType<BackupResult.Done>(result);
        Assert.Equal((revision, new FileInfo(Target).Length), (done.Revision, done.Bytes));
        Assert.True(told.Count > 0 && told[0].Expected > 0);
        Assert.Equal([Target], Directory.GetFiles(Path.GetDirectoryName(Target)!));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Target));
        }

        await using var copy = SqliteStorage.OpenDatabase(new SqliteStorageOptions { Path = Target });
        var after = (await ListTenantsAsync(copy)).ToHashSet();
        Assert.Superset(before, after);
        Assert.DoesNotContain("ten_after", after);
        Assert.Equal((database.StoreId, revision), (copy.StoreId, copy.Head));
        Assert.Equal("ok", await copy.ReadAsync(c => c.ReadText("PRAGMA integrity_check"), Cancel));
    }

    [Fact]
    public async Task Backup_RemovedRows_AreNotInIt()
    {
        const string Mark = "a-text-that-is-gone";
        var database = Open();
        await database.WriteAsync(session => TenantRows.Create(session, new TenantRecord { Id = "ten_1", Name = Mark }), Cancel);
        await database.WriteAsync(
            session =>
            {
                session.Connection.Execute("DELETE FROM tenants WHERE id = 'ten_1'");
                return true;
            },
            Cancel);
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);

        Assert.IsType<BackupResult.Done>(await new SqliteBackup(database).BackupAsync(Target, Tell([]), Cancel));

        Assert.Equal(-1, (await File.ReadAllBytesAsync(Target, Cancel)).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(Mark)));
    }

    [Fact]
    public async Task Backup_NameTaken_IsRefusedAndTheFileStays()
    {
        var maintenance = new SqliteBackup(Open());
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        await File.WriteAllTextAsync(Target, "earlier", Cancel);

        Assert.IsType<BackupResult.Exists>(await maintenance.BackupAsync(Target, Tell([]), Cancel));

        Assert.Equal("earlier", await File.ReadAllTextAsync(Target, Cancel));
    }

    [Fact]
    public async Task Backup_LeftoverOfACrash_IsReplaced()
    {
        var maintenance = new SqliteBackup(Open());
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        await File.WriteAllTextAsync(Target + IFileBackup.PartialSuffix, "half", Cancel);

        Assert.IsType<BackupResult.Done>(await maintenance.BackupAsync(Target, Tell([]), Cancel));

        Assert.Equal([Target], Directory.GetFiles(Path.GetDirectoryName(Target)!));
    }

    [Fact]
    public async Task Backup_NoDirectory_FailsAndSaysWhy()
    {
        var failed = Assert.IsType<BackupResult.Failed>(await new SqliteBackup(Open()).BackupAsync(Target, Tell([]), Cancel));

        Assert.Contains("copies", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_NobodyWantsItAnyMore_LeavesNothing()
    {
        var maintenance = new SqliteBackup(Open());
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        using var ending = new CancellationTokenSource();
        await ending.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => maintenance.BackupAsync(Target, Tell([]), ending.Token));
        await Assert.ThrowsAsync<InvalidDataException>(
            () => maintenance.BackupAsync(Target, _ => throw new InvalidDataException("the caller has gone"), Cancel));

        // Either it was ended in time, or it had been completed before the caller was gone: never half a file.
        Assert.DoesNotContain(Directory.GetFiles(Path.GetDirectoryName(Target)!), file => file != Target);
    }

    [Fact]
    public async Task LongRead_Cancelled_EndsAtOnce()
    {
        await Open().DisposeAsync();
        using var ending = new CancellationTokenSource();
        var begun = new TaskCompletionSource();

        var reading = LongRead.RunAsync(
            StorePath,
            connection =>
            {
                begun.SetResult();
                return connection.ReadText(
                    "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c WHERE n < 0");
            },
            ending.Token);
        await begun.Task;
        await ending.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    private static Func<BackupProgress, Task> Tell(List<BackupProgress> told) => progress =>
    {
        told.Add(progress);
        return Task.CompletedTask;
    };
}
