using ControlPlane.Storage.Compliance;
using Npgsql;

namespace ControlPlane.Storage.Postgres.Tests;

/// <summary>Two nodes on one database. They say that they are there only when they join, so a test decides when one is gone.</summary>
public abstract class MultiNodeTest : StorageTests<PostgresSource>
{
    protected static readonly TimeSpan NodeLease = TimeSpan.FromHours(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly List<StorageEngine> _opened = [];

    /// <summary>The first node.</summary>
    protected StorageEngine One { get; private set; } = null!;

    /// <summary>The second one.</summary>
    protected StorageEngine Two { get; private set; } = null!;

    protected override async Task PrepareAsync()
    {
        One = await OpenAsync(NodeLease);
        Two = await OpenAsync(NodeLease);
    }

    protected override async ValueTask EndAsync()
    {
        foreach (var engine in _opened)
        {
            await engine.DisposeAsync();
        }
    }

    /// <summary>Opens the store once more, as a node that prolongs what it owns several times within the lease.</summary>
    protected async Task<StorageEngine> OpenAsync(TimeSpan nodeLease, TimeSpan? longestHold = null)
    {
        var engine = await Source.OpenAsync(
            Clock,
            options => options with
            {
                NodeLease = nodeLease,
                PollEvery = TimeSpan.FromMilliseconds(50),
                LongestHold = longestHold ?? options.LongestHold,
            });
        _opened.Add(engine);
        return engine;
    }

    /// <summary>Makes a webhook that a node owns.</summary>
    protected async Task<WebhookRecord> AddWebhookAsync(StorageEngine owner)
    {
        WebhookRecord webhook;
        do
        {
            webhook = await AddWebhookAsync();
        }
        while (!owner.Ownership.Owns(webhook.Id));
        return webhook;
    }

    /// <summary>Publishes an event through a node; returns its delivery.</summary>
    protected async Task<DeliveryRecord> PublishAsync(StorageEngine node, WebhookRecord webhook, bool leased, string owner = "")
    {
        var request = new AppendRequest(
            webhook.TenantId, await ReadConfigVersionAsync(webhook.TenantId), [To(NewEvent(), leased, webhook)], owner, TimeSpan.FromSeconds(60));
        return Assert.Single(Assert.IsType<AppendResult.Appended>(await node.Events.AppendAsync(request, Cancel)).Events[0].Deliveries);
    }

    protected Task<Completed?> SucceedAsync(StorageEngine node, DeliveryRecord delivery) => node.Queue.CompleteAsync(
        new Completion(delivery, NewAttempt(delivery), DeliveryState.Succeeded, EndReason.Delivered, null), Cancel);

    protected static Task<ClaimResult> ClaimAsync(StorageEngine node, WebhookRecord webhook, string owner) =>
        node.Queue.ClaimDueAsync(new ClaimRequest(webhook.Id, 10, owner, TimeSpan.FromSeconds(60)), Cancel);

    /// <summary>Waits until it holds; fails after half a minute.</summary>
    protected static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        for (var started = TimeProvider.System.GetTimestamp(); !await condition();)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, "It did not come to that within half a minute.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        }
    }

    /// <summary>How many shards each node owns.</summary>
    protected async Task<Dictionary<string, int>> ReadSharesAsync() =>
        (await Store.Ownership.ListNodesAsync(Cancel)).ToDictionary(node => node.Name, node => node.Shards);

    /// <summary>Waits until so many transactions wait for a lock.</summary>
    protected Task WaitingAsync(int count) =>
        EventuallyAsync(async () => await ReadAsync(
            "SELECT count(DISTINCT l.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.datname = current_database()") == count);

    /// <summary>Reads one number.</summary>
    protected async Task<long> ReadAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Source.Database);
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(Cancel), System.Globalization.CultureInfo.InvariantCulture);
    }
}
