namespace ControlPlane.Storage.Compliance;

/// <summary>Engines that one process at a time has open: whoever joins owns everything, so the leases of all others are dead.</summary>
public abstract class OwnershipTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Recover_Joined_TakesAllOthersLeasesAndKeepsItsOwn()
    {
        var webhook = await AddWebhookAsync();
        var dead = await PublishAsync(webhook, leased: true);
        await PublishAsync(webhook);
        var alive = Assert.Single((await ClaimAsync(webhook, owner: "node-2")).Deliveries);

        Assert.Equal(1, await RecoverAsync("node-2"));

        Assert.Equal(0, await RecoverAsync("node-2"));
        Assert.Equal(DeliveryState.Pending, (await GetAsync(dead)).State);
        Assert.NotNull(await SucceedAsync(alive));
    }

    [Fact]
    public async Task Recover_Many_WorksInBatches()
    {
        var webhook = await AddWebhookAsync();
        for (var i = 0; i < 3; i++)
        {
            await AppendAsync([.. Enumerable.Range(0, 500).Select(_ => To(NewEvent(), leased: true, webhook))]);
        }

        await ReopenAsync();

        var taken = new List<int>();
        while (await RecoverAsync("node-2") is > 0 and var count)
        {
            taken.Add(count);
        }

        Assert.Equal(1_500, taken.Sum());
        Assert.All(taken, count => Assert.InRange(count, 1, 1_000));
    }

    [Fact]
    public async Task Recover_NobodyJoined_TakesExpiredLeasesOnly()
    {
        var webhook = await AddWebhookAsync();
        await PublishAsync(webhook, leased: true);

        Assert.Equal(0, await Store.Ownership.RecoverAsync(Cancel));
        await Store.Ownership.JoinAsync("node-2", Cancel);
        await Store.Ownership.LeaveAsync(Cancel);
        Assert.Equal(0, await Store.Ownership.RecoverAsync(Cancel));
    }
}
