using Npgsql;

namespace ControlPlane.Storage.Postgres.Tests;

/// <summary>Who owns what.</summary>
public sealed class OwnershipTests : MultiNodeTest
{
    private static readonly TimeSpan ShortLease = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Join_Alone_OwnsEverything()
    {
        await One.Ownership.JoinAsync("one", Cancel);

        var node = Assert.Single(await One.Ownership.ListNodesAsync(Cancel));

        Assert.Equal(("one", 256, 256, true), (node.Name, node.Shards, node.ShardsOfAll, node.IsSelf));
        Assert.True(One.Ownership.Owns((await AddWebhookAsync()).Id));
    }

    [Fact]
    public async Task Join_Second_GetsHalfAndNoneIsOwnedTwice()
    {
        var (one, two) = (await OpenAsync(ShortLease), await OpenAsync(ShortLease));
        await one.Ownership.JoinAsync("one", Cancel);
        await two.Ownership.JoinAsync("two", Cancel);

        await EventuallyAsync(async () => await ReadSharesAsync() is { Count: 2 } shares && shares.Values.All(share => share == 128));

        for (var i = 0; i < 50; i++)
        {
            var webhook = await AddWebhookAsync();
            await EventuallyAsync(() => Task.FromResult(one.Ownership.Owns(webhook.Id) != two.Ownership.Owns(webhook.Id)));
        }
    }

    [Fact]
    public async Task Join_WhileAShardIsLeased_GetsItWhenNothingOfItIsUnderWay()
    {
        var (one, two) = (await OpenAsync(ShortLease), await OpenAsync(ShortLease));
        await one.Ownership.JoinAsync("one", Cancel);
        WebhookRecord webhook;
        do
        {
            webhook = await AddWebhookAsync();
        }
        while (Holdings.ShardOf(webhook.Id) < Holdings.Shards / 2);
        await using var other = new NpgsqlConnection(Source.Database);
        await other.OpenAsync(Cancel);
        await using var transaction = await other.BeginTransactionAsync(Cancel);
        await using (var counters = new NpgsqlCommand("UPDATE store SET revision = revision", other))
        {
            await counters.ExecuteNonQueryAsync(Cancel);
        }

        // It cannot commit what it leased; then the shard is to go, which waits for that.
        var publishing = PublishAsync(one, webhook, leased: true, owner: "one");
        await WaitingAsync(1);
        await two.Ownership.JoinAsync("two", Cancel);
        await WaitingAsync(2);
        await transaction.CommitAsync(Cancel);

        var delivery = await publishing;
        Assert.Equal(DeliveryState.InFlight, delivery.State);
        Assert.False(two.Ownership.Owns(webhook.Id));
        Assert.NotNull(await SucceedAsync(one, delivery));
        await EventuallyAsync(() => Task.FromResult(two.Ownership.Owns(webhook.Id)));
    }

    [Fact]
    public async Task Join_WhileTheFirstAlwaysHasTransactions_GetsHalf()
    {
        var (one, two) = (await OpenAsync(ShortLease), await OpenAsync(ShortLease));
        await one.Ownership.JoinAsync("one", Cancel);
        var epoch = await ReadAsync("SELECT epoch FROM nodes");
        using var stop = new CancellationTokenSource();
        // At no time is there none: one that is to wait until there is would wait forever.
        var transactions = Enumerable.Range(0, 8).Select(_ => LeaseUntilAsync(epoch, stop.Token)).ToList();

        await two.Ownership.JoinAsync("two", Cancel);
        await EventuallyAsync(async () => (await ReadSharesAsync())["two"] == 128);

        await stop.CancelAsync();
        await Task.WhenAll(transactions);
    }

    [Fact]
    public async Task Leave_OthersTakeEverythingAtOnce()
    {
        await One.Ownership.JoinAsync("one", Cancel);
        await Two.Ownership.JoinAsync("two", Cancel);

        await One.Ownership.LeaveAsync(Cancel);

        await EventuallyAsync(async () => (await ReadSharesAsync())["two"] == 256);
        Assert.True(Two.Ownership.Owns((await AddWebhookAsync()).Id));
    }

    [Fact]
    public void Gone_ByTheDefaults_OthersTakeOverWithinTenSeconds()
    {
        var options = new PostgresStorageOptions { ConnectionString = "" };

        // The lease ends, the next renewal of another node finds that out, and it looks for what waits.
        var most = options.NodeLease + (options.NodeLease / Membership.RenewalsPerLease) + options.PollEvery;

        Assert.True(most < TimeSpan.FromSeconds(10), $"It can take {most}.");
    }

    [Fact]
    public async Task Gone_LeaseEnds_OthersTakeOverAndRecover()
    {
        await One.Ownership.JoinAsync("one", Cancel);
        var webhook = await AddWebhookAsync(One);
        var held = await PublishAsync(One, webhook, leased: true, "one");
        await One.DisposeAsync();
        Clock.Advance(NodeLease + TimeSpan.FromSeconds(1));

        await Two.Ownership.JoinAsync("two", Cancel);

        Assert.Equal(256, (await ReadSharesAsync())["two"]);
        Assert.Equal(1, await Two.Ownership.RecoverAsync(Cancel));
        var claimed = Assert.Single((await ClaimAsync(Two, webhook, "two")).Deliveries);
        Assert.Equal((held.Id, held.Fence + 2), (claimed.Id, claimed.Fence));
    }

    [Fact]
    public async Task Member_TakenOver_CanNeitherRecordNorClaimNorExtend()
    {
        await One.Ownership.JoinAsync("one", Cancel);
        var webhook = await AddWebhookAsync(One);
        var held = await PublishAsync(One, webhook, leased: true, "one");
        var waiting = await PublishAsync(One, webhook, leased: false);
        // What another node does that finds the lease of this one ended. The node does not know yet.
        await Source.ExecuteAsync("DELETE FROM nodes WHERE name = 'one'");

        Assert.Null(await SucceedAsync(One, held));
        Assert.Equal([held.Id], await One.Queue.ExtendAsync([new Lease(held.Id, held.Fence)], TimeSpan.FromMinutes(1), Cancel));
        Assert.Empty((await ClaimAsync(One, webhook, "one")).Deliveries);
        Assert.Equal(DeliveryState.Pending, (await PublishAsync(One, webhook, leased: true, "one")).State);
        Assert.Equal(held, await GetAsync(held));
        Assert.Equal(waiting, await GetAsync(waiting));
    }

    [Fact]
    public async Task Append_WebhookOfTheOther_WaitsForItsOwner()
    {
        var (one, two) = (await OpenAsync(ShortLease), await OpenAsync(ShortLease));
        await one.Ownership.JoinAsync("one", Cancel);
        await two.Ownership.JoinAsync("two", Cancel);
        await EventuallyAsync(async () => (await ReadSharesAsync())["two"] == 128);
        var webhook = await AddWebhookAsync(two);

        var published = await PublishAsync(one, webhook, leased: true, "one");

        Assert.Equal(DeliveryState.Pending, published.State);
        Assert.Empty((await ClaimAsync(one, webhook, "one")).Deliveries);
        Assert.Equal(webhook.Id, Assert.Single(await two.Queue.ListWaitingAsync(Cancel)).WebhookId);
        Assert.Equal(published.Id, Assert.Single((await ClaimAsync(two, webhook, "two")).Deliveries).Id);
    }

    [Fact]
    public async Task Job_OneNodeAtATime_UntilItIsGivenBackOrTheNodeIsGone()
    {
        await One.Ownership.JoinAsync("one", Cancel);
        await Two.Ownership.JoinAsync("two", Cancel);

        Assert.True(await One.Ownership.TryTakeJobAsync("retention", Cancel));
        Assert.True(await One.Ownership.TryTakeJobAsync("retention", Cancel));
        Assert.False(await Two.Ownership.TryTakeJobAsync("retention", Cancel));
        Assert.True(await Two.Ownership.TryTakeJobAsync("another", Cancel));
        await One.Ownership.GiveJobAsync("retention", Cancel);
        Assert.True(await Two.Ownership.TryTakeJobAsync("retention", Cancel));
        await Two.Ownership.LeaveAsync(Cancel);
        Assert.True(await One.Ownership.TryTakeJobAsync("retention", Cancel));
    }

    /// <summary>Transactions as those of a node that leases in its name, one after the other.</summary>
    private async Task LeaseUntilAsync(long epoch, CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(Source.Database);
        await connection.OpenAsync(Cancel);
        while (!stop.IsCancellationRequested)
        {
            await using var transaction = await connection.BeginTransactionAsync(Cancel);
            await using (var lease = new NpgsqlCommand(Asking.LockMembership, connection) { Parameters = { new() { Value = epoch } } })
            {
                await lease.ExecuteNonQueryAsync(Cancel);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancel);
            await transaction.CommitAsync(Cancel);
        }
    }
}
