using Npgsql;

namespace ControlPlane.Storage.Postgres.Tests;

/// <summary>Transactions that the database ends, as it does when another node's stand in their way.</summary>
public sealed class ConflictTests : MultiNodeTest
{
    [Theory]
    [InlineData("40001")]
    [InlineData("40P01")]
    public async Task Write_EndedAgainAndAgain_IsDoneOnce(string state)
    {
        var webhook = await AddWebhookAsync();
        await One.Ownership.JoinAsync("one", Cancel);
        await FailAsync("deliveries", "INSERT", state, times: 3);
        var delivery = await PublishAsync(One, webhook, leased: true, owner: "one");
        await FailAsync("deliveries", "UPDATE", state, times: 3);

        Assert.NotNull(await SucceedAsync(One, delivery));

        Assert.Equal(6, await CountFailuresAsync());
        var stored = Assert.Single((await Store.Deliveries.ListAsync(new DeliveryQuery { Limit = 10 }, Cancel)).Items);
        Assert.Equal((delivery.Id, DeliveryState.Succeeded, 1), (stored.Id, stored.State, stored.AttemptCount));
    }

    [Fact]
    public async Task Publish_EndedForever_IsUnavailableAndNothingIsStored()
    {
        var webhook = await AddWebhookAsync();
        await FailAsync("deliveries", "INSERT", "40001", times: 1_000);

        await Assert.ThrowsAsync<StorageUnavailableException>(() => PublishAsync(One, webhook, leased: false));

        Assert.Empty((await Store.Events.ListAsync(new EventQuery { Limit = 10 }, Cancel)).Items);
    }

    [Fact]
    public async Task Write_MeetsADeadlock_IsDoneOnce()
    {
        var webhook = await AddWebhookAsync();
        await using var other = new NpgsqlConnection(Source.Database);
        await other.OpenAsync(Cancel);
        await using var transaction = await other.BeginTransactionAsync(Cancel);
        await RunAsync(other, "SET LOCAL deadlock_timeout = '10s'; LOCK TABLE deliveries IN SHARE MODE");

        // It takes the counters and waits for the table; then the other one waits for the counters.
        var publishing = PublishAsync(One, webhook, leased: false);
        await EventuallyAsync(async () => await ReadAsync("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0);
        await RunAsync(other, "UPDATE store SET revision = revision");
        await transaction.CommitAsync(Cancel);

        Assert.Equal((await publishing).Id, Assert.Single((await Store.Deliveries.ListAsync(new DeliveryQuery { Limit = 10 }, Cancel)).Items).Id);
    }

    [Fact]
    public async Task Change_AmidPublishes_WaitsForThoseBeforeItOnly()
    {
        var webhook = await AddWebhookAsync();
        var stale = await RequestAsync(webhook);
        await using var other = new NpgsqlConnection(Source.Database);
        await other.OpenAsync(Cancel);
        await using var transaction = await other.BeginTransactionAsync(Cancel);
        await RunAsync(other, "UPDATE store SET revision = revision");

        // It cannot commit, so it keeps its lock; then one who wants to change something waits for it, and one more publishes.
        var before = PublishAsync(One, webhook, leased: false);
        await WaitingAsync(1);
        var change = AddWebhookAsync(webhook.TenantId);
        await WaitingAsync(2);
        var after = Two.Events.AppendAsync(stale, Cancel);
        await WaitingAsync(3);
        await transaction.CommitAsync(Cancel);

        await before;
        await change;
        Assert.IsType<AppendResult.StaleConfig>(await after);
    }

    [Fact]
    public async Task Publish_OvertakenByAChange_ComesBeforeTheNextOne()
    {
        var two = await OpenAsync(NodeLease, longestHold: TimeSpan.FromMinutes(1));
        var webhook = await AddWebhookAsync();
        var stale = await RequestAsync(webhook);
        await AddWebhookAsync(webhook.TenantId);
        Assert.IsType<AppendResult.StaleConfig>(await two.Events.AppendAsync(stale, Cancel));

        var next = AddWebhookAsync(webhook.TenantId);
        await WaitingAsync(1);
        Assert.IsType<AppendResult.Appended>(await two.Events.AppendAsync(await RequestAsync(webhook), Cancel));
        await next;

        Assert.IsType<AppendResult.StaleConfig>(await two.Events.AppendAsync(stale, Cancel));
    }

    [Fact]
    public async Task Publish_OvertakenAndGivenUp_HoldsChangesUpForAMomentOnly()
    {
        var webhook = await AddWebhookAsync();
        var stale = await RequestAsync(webhook);
        await AddWebhookAsync(webhook.TenantId);
        Assert.IsType<AppendResult.StaleConfig>(await Two.Events.AppendAsync(stale, Cancel));

        await AddWebhookAsync(webhook.TenantId);
    }

    private async Task<AppendRequest> RequestAsync(WebhookRecord webhook) => new(
        webhook.TenantId, await ReadConfigVersionAsync(webhook.TenantId), [To(NewEvent(), leased: false, webhook)], "", TimeSpan.FromSeconds(60));

    /// <summary>Has the database end the next so many transactions that write to a table.</summary>
    private Task FailAsync(string table, string change, string state, int times) => Source.ExecuteAsync(
        $$"""
        CREATE SEQUENCE IF NOT EXISTS failures;
        CREATE FUNCTION fail_{{change}}() RETURNS trigger LANGUAGE plpgsql AS $fail$
        BEGIN
          IF nextval('failures') <= {{times}} + TG_ARGV[0]::bigint THEN RAISE EXCEPTION 'ended by a test' USING ERRCODE = '{{state}}'; END IF;
          PERFORM setval('failures', currval('failures') - 1);
          RETURN NULL;
        END $fail$;
        DO $make$ BEGIN
          EXECUTE format('CREATE TRIGGER fail_{{change}} AFTER {{change}} ON {{table}} FOR EACH ROW EXECUTE FUNCTION fail_{{change}}(%s)',
            (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM failures));
        END $make$
        """);

    /// <summary>A sequence is not rolled back.</summary>
    private async Task<long> CountFailuresAsync() => await ReadAsync("SELECT last_value FROM failures");

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
