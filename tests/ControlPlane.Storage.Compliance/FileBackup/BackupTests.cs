using System.Collections.Concurrent;

namespace ControlPlane.Storage.Compliance;

/// <summary>Copies of a store that is in use. For engines that have <see cref="EngineCapabilities.Backup"/>.</summary>
public abstract class BackupTests<TSource> : StorageTests<TSource>
    where TSource : FileSource, new()
{
    private string Target => Path.Combine(Source.Folder, "copies", "copy.db");

    private IFileBackup Backup => Store.Capabilities.Backup!;

    [Fact]
    public async Task Backup_WhileEverybodyWrites_HoldsWhatWasAcknowledgedBefore()
    {
        var webhook = await AddWebhookAsync();
        using var stop = new CancellationTokenSource();
        var acknowledged = new ConcurrentQueue<DeliveryRecord>();
        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    acknowledged.Enqueue(await PublishAsync(webhook));
                }
            },
            Cancel)).ToList();
        while (acknowledged.Count < 200)
        {
            await Task.Yield();
        }

        var before = acknowledged.ToArray();
        var head = await ReadHeadAsync();
        var told = new List<BackupProgress>();
        var done = Assert.IsType<BackupResult.Done>(await Backup.BackupAsync(Target, Tell(told), Cancel));
        var after = await PublishAsync(webhook);
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        Assert.Equal(new FileInfo(Target).Length, done.Bytes);
        Assert.InRange(done.Revision, head, after.Revision - 1);
        Assert.True(told.Count > 0 && told[0].Expected > 0);
        Assert.Equal([Target], Directory.GetFiles(Path.GetDirectoryName(Target)!));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Target));
        }

        await using var copy = await Source.OpenAsync(Target, Clock);
        var held = (await ReadAllAsync(p => copy.Deliveries.ListAsync(new DeliveryQuery { Limit = 1_000, Before = p }, Cancel)))
            .ToDictionary(d => d.Id);
        Assert.Equal((Store.StoreId, done.Revision), (copy.StoreId, await copy.Changes.GetHeadAsync(Cancel)));
        Assert.All(before, delivery => Assert.Equal(delivery, held[delivery.Id]));
        Assert.False(held.ContainsKey(after.Id));
        Assert.Empty(await copy.Capabilities.Integrity!.CheckAsync(Cancel));
    }

    [Fact]
    public async Task Backup_NameTaken_IsRefusedAndTheFileStays()
    {
        await File.WriteAllTextAsync(Target, "earlier", Cancel);

        Assert.IsType<BackupResult.Exists>(await Backup.BackupAsync(Target, Tell([]), Cancel));

        Assert.Equal("earlier", await File.ReadAllTextAsync(Target, Cancel));
    }

    [Fact]
    public async Task Backup_LeftoverOfACrash_IsReplaced()
    {
        await File.WriteAllTextAsync(Target + IFileBackup.PartialSuffix, "half", Cancel);

        Assert.IsType<BackupResult.Done>(await Backup.BackupAsync(Target, Tell([]), Cancel));

        Assert.Equal([Target], Directory.GetFiles(Path.GetDirectoryName(Target)!));
    }

    [Fact]
    public async Task Backup_NoDirectory_FailsAndSaysWhy()
    {
        var missing = Path.Combine(Source.Folder, "missing", "copy.db");

        var failed = Assert.IsType<BackupResult.Failed>(await Backup.BackupAsync(missing, Tell([]), Cancel));

        Assert.Contains("missing", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_NobodyWantsItAnyMore_LeavesNothing()
    {
        using var ending = new CancellationTokenSource();
        await ending.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Backup.BackupAsync(Target, Tell([]), ending.Token));
        await Assert.ThrowsAsync<InvalidDataException>(
            () => Backup.BackupAsync(Target, _ => throw new InvalidDataException("the caller has gone"), Cancel));

        // Either it was ended in time, or it had been completed before the caller was gone: never half a file.
        Assert.DoesNotContain(Directory.GetFiles(Path.GetDirectoryName(Target)!), file => file != Target);
    }

    protected override Task PrepareAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        return Task.CompletedTask;
    }

    private static Func<BackupProgress, Task> Tell(List<BackupProgress> told) => progress =>
    {
        told.Add(progress);
        return Task.CompletedTask;
    };
}
