using ControlPlane.Testing;
using ControlPlane.Testing.Postgres;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Cluster.Tests;

/// <summary>Moving a store that real servers filled from a file to PostgreSQL and back, by copies that are killed at certain points.</summary>
public sealed class CopyTests : IAsyncLifetime
{
    /// <summary>More than are copied at once; nobody receives them.</summary>
    private const int Unheard = 1_100;
    private const int Waiting = 40;

    /// <summary>What the copy stands at when it is killed: within the first events, within their attempts, after all events, and while both
    /// stores are compared.</summary>
    private static readonly string[] PointsOfTarget = ["deliveries", "attempts", "audit_events", "api_keys"];
    private static readonly string[] PointsOfSource = ["attempts", "audit_events", "event_types"];

    private PostgresServer _database = null!;
    private HttpsReceiver _receiver = null!;
    private ServerProcess _server = null!;
    private ServerProcess? _second;

    private Dictionary<string, string> Settings => _server.Setup.Settings;

    public async ValueTask InitializeAsync()
    {
        _database = await PostgresServer.StartAsync();
        _receiver = await HttpsReceiver.StartAsync();
        _server = ServerProcess.Create(_receiver, setup =>
        {
            setup.Settings["Storage:Provider"] = "sqlite";
            setup.Settings["Secrets:MasterKey"] = Convert.ToBase64String(new byte[32]);
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_second is not null)
        {
            await _second.DisposeAsync();
        }

        await _server.DisposeAsync();
        await _receiver.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Copy_ToPostgresAndBack_KilledInTheMiddle_GoesOnAndWaitingRetriesDo()
    {
        var database = await _database.CreateDatabaseAsync();
        var (file, back) = ($"sqlite:{Settings["Storage:Path"]}", $"litedb:{_server.Setup.PathOf("back.db")}");
        Settings["Storage:ConnectionString"] = database;
        var inbox = _receiver.Open();
        inbox.Answer = _ => 503;
        await _server.StartAsync();
        var tenant = await TestTenant.CreateAsync(_server);
        await tenant.HookAsync(inbox, webhook =>
        {
            webhook.EventTypes.Clear();
            webhook.EventTypes.Add("heard");
            webhook.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromSeconds(5), attempts: 100);
        });
        await PublishAsync(tenant);
        await inbox.CountAsync(Waiting);
        await Eventually.BecomesAsync(
            () => tenant.ListAsync(), all => all.All(delivery => delivery.State == DeliveryState.RetryScheduled), "all deliveries to wait");
        var before = await ReadAsync(tenant);
        Assert.Equal(0, await _server.StopAsync());

        await CopyAsync(database, file, "postgres:", PointsOfTarget);

        Settings["Storage:Provider"] = "postgres";
        _second = ServerProcess.Create(_receiver, setup =>
        {
            setup.Settings["Storage:Provider"] = "postgres";
            setup.Settings["Storage:ConnectionString"] = database;
            setup.Settings["Secrets:MasterKey"] = Settings["Secrets:MasterKey"];
        });
        await Task.WhenAll(_server.StartAsync(), _second.StartAsync());
        using var moved = new TestTenant(tenant.Id, tenant.Key, _second.Connect(tenant.Key));
        var after = await ReadAsync(moved);
        Assert.Equal(before.Events, after.Events);
        Assert.Equal(before.Deliveries.Keys, after.Deliveries.Keys);
        Assert.All(after.Deliveries.Values, delivery => Assert.True(delivery.AttemptCount >= before.Deliveries[delivery.Id].AttemptCount));
        await SucceedAsync(moved, inbox);
        after = await ReadAsync(moved);
        await _second.StopAsync();
        Assert.Equal(0, await _server.StopAsync());

        await CopyAsync(database, "postgres:", back, PointsOfSource);

        (Settings["Storage:Provider"], Settings["Storage:Path"]) = ("litedb", _server.Setup.PathOf("back.db"));
        await _server.StartAsync();
        using var returned = new TestTenant(tenant.Id, tenant.Key, _server.Connect(tenant.Key));
        var end = await ReadAsync(returned);
        Assert.Equal(after.Events, end.Events);
        Assert.Equal(after.Deliveries, end.Deliveries);
        // It delivers as before, with the secrets that came along.
        var sent = await returned.SendAsync(added => added.Type = "heard");
        await returned.UntilAsync(sent.Id, DeliveryState.Succeeded);
        tenant.Dispose();
    }

    /// <summary>Copies, killed at each point that the copy comes to, and then to the end.</summary>
    private async Task CopyAsync(string database, string from, string to, IEnumerable<string> points)
    {
        var settings = new Dictionary<string, string>(Settings) { ["Storage:Provider"] = "postgres" };
        Assert.Equal(0, (await Hookctl.RunAsync(settings, "migrate")).Code);
        await Eventually.BecomesAsync(
            () => PostgresServer.ReadNumberAsync("SELECT count(*) FROM nodes", database), nodes => nodes == 0, "the nodes to be gone");
        foreach (var point in points)
        {
            await using var hold = await TableLock.TakeAsync(database, point);
            using var worker = Hookctl.StartWorker(settings, "copy", "--from", from, "--to", to);
            await hold.UntilWaitedForAsync();
            worker.Kill();
            await worker.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.NotEqual(0, worker.ExitCode);
        }

        var ended = await Hookctl.RunAsync(settings, "copy", "--from", from, "--to", to);
        Assert.Equal((0, ""), (ended.Code, ended.Error));
        Assert.Matches($@"(?m)^events +{Unheard + Waiting:N0} +{Unheard + Waiting:N0}$", ended.Output);
        Assert.Matches($@"(?m)^deliveries +{Waiting} +{Waiting}$", ended.Output);
        Assert.EndsWith("they are equal.\n", ended.Output, StringComparison.Ordinal);
        ended = await Hookctl.RunAsync(settings, "copy", "--from", from, "--to", to);
        Assert.Equal(1, ended.Code);
        Assert.Contains("finished copy of the source already", ended.Error, StringComparison.Ordinal);
    }

    private static async Task PublishAsync(TestTenant tenant)
    {
        for (var first = 0; first < Unheard; first += 100)
        {
            var batch = new BatchPublishEventsRequest();
            batch.Events.AddRange(Enumerable.Range(first, 100).Select(i => New("unheard", i)));
            await tenant.Clients.Events.BatchPublishEventsAsync(batch);
        }

        for (var i = 0; i < Waiting; i++)
        {
            await tenant.Clients.Events.PublishEventAsync(new() { Event = New("heard", i) });
        }

        static Event New(string type, int number) => new() { Id = $"evt_{type}_{number}", Type = type, Payload = ByteString.CopyFromUtf8($"{{\"number\":{number}}}") };
    }

    private static async Task SucceedAsync(TestTenant tenant, Inbox inbox)
    {
        inbox.Answer = _ => 204;
        await Eventually.BecomesAsync(
            () => tenant.ListAsync(), all => all.All(delivery => delivery.State == DeliveryState.Succeeded), "all deliveries to succeed");
        Assert.Equal(Enumerable.Range(0, Waiting).Select(i => $"evt_heard_{i}").Order(), inbox.Accepted.Distinct().Order());
    }

    /// <summary>Reads how many events there are, some of them whole, and all deliveries.</summary>
    private static async Task<(string Events, SortedDictionary<string, Delivery> Deliveries)> ReadAsync(TestTenant tenant)
    {
        var (count, token) = (0, "");
        do
        {
            var page = await tenant.Clients.Events.ListEventsAsync(new() { PageSize = 1_000, PageToken = token });
            count += page.Events.Count;
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        List<string> sample = [];
        foreach (var id in new[] { "evt_unheard_0", "evt_unheard_999", "evt_unheard_1000", "evt_unheard_1099", "evt_heard_0", "evt_heard_39" })
        {
            sample.Add((await tenant.Clients.Events.GetEventAsync(new() { EventId = id })).ToString());
        }

        return ($"{count} {string.Join('\n', sample)}", new((await tenant.ListAsync()).ToDictionary(each => each.Id), StringComparer.Ordinal));
    }
}
