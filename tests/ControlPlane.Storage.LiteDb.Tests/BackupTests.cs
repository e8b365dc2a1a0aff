namespace ControlPlane.Storage.LiteDb.Tests;

/// <summary>Copies of a store that is in use.</summary>
public sealed class BackupTests : LiteDbTests
{
    private string Target => Path.Combine(Folder, "copies", "copy.db");

    [Fact]
    public async Task Backup_WhileEverybodyWrites_HoldsWhatWasAcknowledgedBefore()
    {
        var database = Open();
        var maintenance = new LiteDbBackup(database);
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

        await using var copy = LiteDbStorage.OpenDatabase(new LiteDbStorageOptions { Path = Target });
        var after = (await ListTenantsAsync(copy)).ToHashSet();
        Assert.Superset(before, after);
        Assert.DoesNotContain("ten_after", after);
        Assert.Equal((database.StoreId, revision), (copy.StoreId, copy.Head));
        Assert.Empty(await new LiteDbIntegrity(copy).CheckAsync(Cancel));
    }

    [Fact]
    public async Task Backup_NameTaken_IsRefusedAndTheFileStays()
    {
        var maintenance = new LiteDbBackup(Open());
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        await File.WriteAllTextAsync(Target, "earlier", Cancel);

        Assert.IsType<BackupResult.Exists>(await maintenance.BackupAsync(Target, Tell([]), Cancel));

        Assert.Equal("earlier", await File.ReadAllTextAsync(Target, Cancel));
    }

    [Fact]
    public async Task Backup_LeftoverOfACrash_IsReplaced()
    {
        var maintenance = new LiteDbBackup(Open());
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        await File.WriteAllTextAsync(Target + IFileBackup.PartialSuffix, "half", Cancel);

        Assert.IsType<BackupResult.Done>(await maintenance.BackupAsync(Target, Tell([]), Cancel));

        Assert.Equal([Target], Directory.GetFiles(Path.GetDirectoryName(Target)!));
    }

    [Fact]
    public async Task Backup_NoDirectory_FailsAndSaysWhy()
    {
        var failed = Assert.IsType<BackupResult.Failed>(await new LiteDbBackup(Open()).BackupAsync(Target, Tell([]), Cancel));

        Assert.Contains("copies", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_NobodyWantsItAnyMore_LeavesNothing()
    {
        var maintenance = new LiteDbBackup(Open());
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        using var ending = new CancellationTokenSource();
        await ending.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => maintenance.BackupAsync(Target, Tell([]), ending.Token));
        await Assert.ThrowsAsync<InvalidDataException>(
            () => maintenance.BackupAsync(Target, _ => throw new InvalidDataException("the caller has gone"), Cancel));

        // Either it was ended in time, or it had been completed before the caller was gone: never half a file.
        Assert.DoesNotContain(Directory.GetFiles(Path.GetDirectoryName(Target)!), file => file != Target);
    }

    private static Func<BackupProgress, Task> Tell(List<BackupProgress> told) => progress =>
    {
        told.Add(progress);
        return Task.CompletedTask;
    };
}
