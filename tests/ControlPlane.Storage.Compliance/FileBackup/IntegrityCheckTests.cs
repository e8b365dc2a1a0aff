namespace ControlPlane.Storage.Compliance;

/// <summary>Looking for damage where there is none. For engines that have <see cref="EngineCapabilities.Integrity"/>.</summary>
public abstract class IntegrityCheckTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Check_SoundStore_FindsNothing()
    {
        var webhook = await AddWebhookAsync();
        await PublishAsync(webhook);
        await SucceedAsync(await PublishAsync(webhook, leased: true));
        await KillAsync(await PublishAsync(webhook, leased: true));
        await FailAsync(await PublishAsync(webhook, leased: true), TimeSpan.FromHours(1));
        var integrity = Store.Capabilities.Integrity!;

        Assert.Empty(await integrity.CheckAsync(Cancel));
        Assert.False(integrity.Damage.IsCompleted);

        await ReopenAsync();
        Assert.Empty(await Store.Capabilities.Integrity!.CheckAsync(Cancel));
    }

    [Fact]
    public async Task Check_NobodyWantsItAnyMore_EndsAndSaysNothingOfDamage()
    {
        var integrity = Store.Capabilities.Integrity!;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => integrity.CheckAsync(new CancellationToken(canceled: true)));

        Assert.False(integrity.Damage.IsCompleted);
        Assert.Empty(await integrity.CheckAsync(Cancel));
    }
}
