using ControlPlane.CrashTests.Checking;
using ControlPlane.CrashTests.Ledger;
using ControlPlane.CrashTests.Load;
using ControlPlane.CrashTests.Points;
using ControlPlane.CrashTests.Receiving;
using ControlPlane.CrashTests.Serving;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.CrashTests.Running;

/// <summary>
/// A tenant over several lives of the server: set up in peace, then one kill after the other under load, then brought to rest and
/// checked as a whole.
/// </summary>
internal sealed class Epoch(string name, int seed, CrashServers servers, Receiver receiver, Moments moments, CrashSummary summary)
{
    private const int EventsInPeace = 150;
    private const long LargestCopy = 256L << 20;

    private static readonly string[] Scopes =
        ["webhooks.read", "webhooks.write", "events.publish", "events.read", "deliveries.read", "deliveries.write"];

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Long = TimeSpan.FromMilliseconds(120);

    private readonly EpochLedger _ledger = new(name, summary.Violations);
    private readonly IReadOnlyList<WatchTrack> _tracks =
    [
        new("always", [], every: 1),
        new("ended only", [DeliveryState.Succeeded, DeliveryState.Dead, DeliveryState.Cancelled], every: 1),
        new("now and then", [], every: 3),
    ];

    private string _key = "";

    public async Task RunAsync(IReadOnlyList<KillPoint> points)
    {
        var before = servers.Lives.Count;
        var cycle = await SetUpAsync();
        foreach (var point in points)
        {
            await cycle.RunAsync(point);
            if (!servers.IsCluster && new FileInfo(servers.Nodes[0].StorePath) is { Exists: true, Length: < LargestCopy })
            {
                summary.CountStoreCheck();
                StoreCheck.RunOnCopy(servers.Nodes[0].StorePath, $"after life {servers.Lives.Count}, killed at '{point.Name}'", _ledger.Violations);
            }
        }

        await FinishAsync(cycle);
        summary.Add([.. servers.Lives.Skip(before)]);
    }

    /// <summary>Makes the tenant, its webhooks and its watchers, and takes one node down.</summary>
    private async Task<Cycle> SetUpAsync()
    {
        await servers.StartAsync();
        using (var clients = servers.Connect())
        {
            var platform = clients.Next;
            var tenant = (await platform.Admin.CreateTenantAsync(new() { Tenant = new() { Name = name } })).Tenant;
            var made = await platform.Admin.CreateApiKeyAsync(new() { ApiKey = new() { TenantId = tenant.Id, Scopes = { Scopes } } });
            (_key, _ledger.TenantId) = (made.Secret, tenant.Id);
        }

        var load = new MixedLoad(new(() => receiver.Open(Behaviours.Broken, Long)), _tracks);
        var cycle = new Cycle(servers, receiver, moments, _ledger, load, _key, seed);
        using (var stage = cycle.Open(_key))
        {
            await Changing.CreateAsync(stage, "all", receiver.Open(Behaviours.Healthy, Brief), lasting: true, ["*"]);
            await Changing.CreateAsync(stage, "flaky", receiver.Open(Behaviours.Flaky, Brief), lasting: true, ["order.*"]);
            await Changing.CreateAsync(stage, "broken", receiver.Open(Behaviours.Broken, Brief), lasting: true, ["message.new", "stock.*"]);
            await Changing.CreateAsync(stage, "slow", receiver.Open(Behaviours.Healthy, Long), lasting: true, ["order.paid"]);
            foreach (var track in _tracks)
            {
                await track.BeginAsync(stage);
            }
        }

        await servers.Nodes[^1].StopAsync();
        await cycle.CalmAsync();
        return cycle;
    }

    /// <summary>The last lives are not cut: what is left must come to its end.</summary>
    private async Task FinishAsync(Cycle cycle)
    {
        await servers.StartAsync();
        using (var stage = cycle.Open(_key))
        {
            var load = cycle.Load.RunAsync(stage, seed, changes: false);
            await UntilAsync(() => Task.FromResult(AcknowledgedSince(stage) >= EventsInPeace), "events to be accepted in peace");
            stage.End();
            await load;
        }

        using (var rest = cycle.Open(_key))
        {
            await MixedLoad.SettleAsync(rest);
            await Publishing.SettleAsync(rest);
            foreach (var webhook in _ledger.Webhooks.Where(w => w.Latest is { Exists: true, Enabled: false }))
            {
                await Changing.EnableAsync(rest, webhook);
            }

            await UntilAsync(async () => (await Evidence.ListAsync(rest.Platform, _ledger.TenantId, Unended)).Count == 0, "all deliveries to end");
            var evidence = await Evidence.GatherAsync(rest.Platform, _ledger, servers.Lives, _tracks);
            await CatchUpAsync(rest, evidence);
            summary.Add(evidence, await CheckAsync(evidence, rest));
        }

        await servers.StopAsync();
        await receiver.QuietAsync();
        summary.CountStoreCheck();
        var when = $"after the stop of life {servers.Lives.Count}";
        if (servers.Database is { } database)
        {
            await DatabaseCheck.RunAsync(database, when, _ledger.Violations);
        }
        else
        {
            StoreCheck.Run(servers.Nodes[0].StorePath, when, _ledger.Violations);
        }
    }

    private static readonly DeliveryState[] Unended = [DeliveryState.Pending, DeliveryState.InFlight, DeliveryState.RetryScheduled];

    private int AcknowledgedSince(Stage stage)
    {
        var began = servers.Lives[stage.Life - 1].Started;
        return _ledger.Events.Count(e => e.Acknowledged > began);
    }

    private async Task CatchUpAsync(Stage stage, Evidence evidence)
    {
        using var limit = new CancellationTokenSource(Eventually.Limit);
        foreach (var track in _tracks)
        {
            await track.CatchUpAsync(stage, evidence.Deliveries.Where(track.Wants).Max(d => d.Revision), limit.Token);
        }
    }

    private static async Task<AttemptTally> CheckAsync(Evidence evidence, Stage stage)
    {
        EventCheck.Run(evidence);
        var tally = AttemptCheck.Run(evidence);
        EndCheck.Run(evidence);
        SignatureCheck.Run(evidence);
        await WebhookCheck.RunAsync(evidence, stage.Clients);
        await WatchCheck.RunAsync(evidence, stage.Platform);
        return tally;
    }

    private async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var clock = TimeProvider.System;
        for (var started = clock.GetTimestamp(); !await condition();)
        {
            if (clock.GetElapsedTime(started) > Eventually.Limit)
            {
                _ledger.Violations.Add($"Waited in vain for {what} in life {servers.Lives.Count}");
                return;
            }

            await Task.Delay(Pause, clock);
        }
    }
}
