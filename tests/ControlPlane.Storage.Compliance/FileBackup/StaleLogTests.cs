namespace ControlPlane.Storage.Compliance;

/// <summary>A backup that was put into a store's place beside files of the store that it replaces.</summary>
public abstract class StaleLogTests<TSource> : StorageTests<TSource>
    where TSource : FileSource, new()
{
    [Fact]
    public Task Open_BackupBesideTheLogOfAKilledServer_IsRefusedAndLeftAsItIs() => CheckAsync(Source.LogSuffix);

    /// <summary>Leaves files of a killed server beside a backup, and opens it.</summary>
    protected async Task CheckAsync(params string[] suffixes)
    {
        var webhook = await AddWebhookAsync();
        var kept = await PublishAsync(webhook);
        var backup = Path.Combine(Source.Folder, "copy.db");
        Assert.IsType<BackupResult.Done>(await Store.Capabilities.Backup!.BackupAsync(backup, _ => Task.CompletedTask, Cancel));
        await ReopenAsync();
        for (var i = 0; i < 200; i++)
        {
            await PublishAsync(webhook);
        }

        // What a killed server leaves: copied while it is open, before a checkpoint.
        var left = Path.Combine(Source.Folder, "left");
        Directory.CreateDirectory(left);
        var file = Path.Combine(left, "store.db");
        foreach (var suffix in suffixes)
        {
            File.Copy(Source.File + suffix, file + suffix);
        }

        await File.WriteAllTextAsync(file + ".lock", Store.StoreId + "\n", Cancel);
        File.Copy(backup, file);

        var refused = await Assert.ThrowsAsync<StorageOpenException>(() => Source.OpenAsync(file, Clock));

        Assert.Contains($"without the files '{Source.LogSuffix}' and ", refused.Message, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllBytesAsync(backup, Cancel), await File.ReadAllBytesAsync(file, Cancel));
        foreach (var beside in Directory.EnumerateFiles(left, "store.db-*"))
        {
            File.Delete(beside);
        }

        await using var restored = await Source.OpenAsync(file, Clock);
        Assert.Equal([kept.Id], (await restored.Deliveries.ListAsync(new DeliveryQuery(), Cancel)).Items.Select(delivery => delivery.Id));
    }
}
