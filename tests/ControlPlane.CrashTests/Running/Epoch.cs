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
internal sealed class Epoch(string name, int seed, CrashServer server, Receiver receiver, Moments moments, CrashSummary summary)
{
    private const int EventsInPeace = 150;
    private const long LargestCopy = 256L << 20;

    private static readonly string[] Scopes =
        ["webhooks.read", "webhooks.write", "events.publish", "events.read", "deliveries.read", "deliveries.write"];

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Long = TimeSpan.FromMilliseconds(120);

    private readonly EpochLedger _ledger = new(name, summary.Violations);
    private readonly List<WatchTrack> _tracks =
    [
        new("always", [], every: 1),
        new("ended only", [DeliveryState.Succeeded, DeliveryState.Dead, DeliveryState.Cancelled], every: 1),
        new("now and then", [], every: 3),
    ];

    private string _key = "";
    private MixedLoad? _load;

    public async Task RunAsync(IEnumerable<KillPoint> points)
    {
        await SetUpAsync();
        var before = server.Lives.Count;
        foreach (var point in points)
        {
            await LiveAsync(point);
        }

        summary.Add(server.Lives.Skip(before));
        await FinishAsync();
    }

    private async Task SetUpAsync()
    {
        await BeginAsync(null);
        using var platform = server.Connect();
        var tenant = (await platform.Admin.CreateTenantAsync(new() { Tenant = new() { Name = name } })).Tenant;
        var key = await platform.Admin.CreateApiKeyAsync(new() { ApiKey = new() { TenantId = tenant.Id, Scopes = { Scopes } } });
        (_key, _ledger.TenantId) = (key.Secret, tenant.Id);

        using var clients = server.Connect(_key);
        using var stage = new Stage(clients, platform, _ledger, moments, server.Life.Number);
        await Changing.CreateAsync(stage, "all", receiver.Open(Behaviours.Healthy, Brief), lasting: true, ["*"]);
        await Changing.CreateAsync(stage, "flaky", receiver.Open(Behaviours.Flaky, Brief), lasting: true, ["order.*"]);
        await Changing.CreateAsync(stage, "broken", receiver.Open(Behaviours.Broken, Brief), lasting: true, ["message.new", "stock.*"]);
        await Changing.CreateAsync(stage, "slow", receiver.Open(Behaviours.Healthy, Long), lasting: true, ["order.paid"]);
        foreach (var track in _tracks)
        {
            await track.BeginAsync(stage);
        }

        _load = new(new(() => receiver.Open(Behaviours.Broken, Long)), _tracks);
        await server.StopAsync();
        await receiver.QuietAsync();
    }

    private Task<bool> BeginAsync(KillPoint? point)
    {
        receiver.Life = server.Lives.Count + 1;
        return server.StartAsync(point);
    }

    /// <summary>One life that ends with a kill.</summary>
    private async Task LiveAsync(KillPoint point)
    {
        moments.Arm(point.Moment is null ? null : point, server.Kill);
        if (await BeginAsync(point))
        {
            await LoadUntilDeathAsync(point);
        }

        moments.Arm(null, () => { });
        await receiver.QuietAsync();
        if (new FileInfo(server.StorePath) is { Exists: true, Length: < LargestCopy })
        {
            summary.CountStoreCheck();
            StoreCheck.RunOnCopy(server.StorePath, $"after life {server.Life.Number}, killed at '{point.Name}'", _ledger.Violations);
        }
    }

    private async Task LoadUntilDeathAsync(KillPoint point)
    {
        using var clients = server.Connect(_key);
        using var platform = server.Connect();
        using var stage = new Stage(clients, platform, _ledger, moments, server.Life.Number);
        using var filling = new Stage(platform, platform, _ledger, moments, server.Life.Number);
        using var timer = point.AfterReady is { } after
            ? TimeProvider.System.CreateTimer(_ => server.Kill(), null, after, Timeout.InfiniteTimeSpan)
            : null;
        var load = _load!.RunAsync(stage, seed + (stage.Life * 100));
        var filler = point.NeedsCheckpoint ? Filling.RunAsync(filling) : Task.CompletedTask;
        await server.DiedAsync();
        stage.End();
        filling.End();
        await load;
        await filler;
    }

    /// <summary>The last life is not cut: what is left must come to its end.</summary>
    private async Task FinishAsync()
    {
        await BeginAsync(null);
        using var clients = server.Connect(_key);
        using var platform = server.Connect();
        using (var stage = new Stage(clients, platform, _ledger, moments, server.Life.Number))
        {
            var load = _load!.RunAsync(stage, seed, changes: false);
            await UntilAsync(() => Task.FromResult(AcknowledgedSince(stage) >= EventsInPeace), "events to be accepted in peace");
            stage.End();
            await load;
        }

        using var rest = new Stage(clients, platform, _ledger, moments, server.Life.Number);
        await MixedLoad.SettleAsync(rest);
        await Publishing.SettleAsync(rest);
        foreach (var webhook in _ledger.Webhooks.Where(w => w.Latest is { Exists: true, Enabled: false }))
        {
            await Changing.EnableAsync(rest, webhook);
        }

        await UntilAsync(async () => (await Evidence.ListAsync(platform, _ledger.TenantId, Unended)).Count == 0, "all deliveries to end");
        var evidence = await Evidence.GatherAsync(platform, _ledger, server.Lives, _tracks);
        await CatchUpAsync(rest, evidence);
        var tally = await CheckAsync(evidence, clients, platform);
        summary.Add(evidence, tally);
        await server.StopAsync();
        await receiver.QuietAsync();
        summary.CountStoreCheck();
        StoreCheck.Run(server.StorePath, $"after the stop of life {server.Life.Number}", _ledger.Violations);
    }

    private static readonly DeliveryState[] Unended = [DeliveryState.Pending, DeliveryState.InFlight, DeliveryState.RetryScheduled];

    private int AcknowledgedSince(Stage stage)
    {
        var began = server.Lives[stage.Life - 1].Started;
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

    private static async Task<AttemptTally> CheckAsync(Evidence evidence, Clients clients, Clients platform)
    {
        EventCheck.Run(evidence);
        var tally = AttemptCheck.Run(evidence);
        EndCheck.Run(evidence);
        SignatureCheck.Run(evidence);
        await WebhookCheck.RunAsync(evidence, clients);
        await WatchCheck.RunAsync(evidence, platform);
        return tally;
    }

    private async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var clock = TimeProvider.System;
        for (var started = clock.GetTimestamp(); !await condition();)
        {
            if (clock.GetElapsedTime(started) > Eventually.Limit)
            {
                _ledger.Violations.Add($"Waited in vain for {what} in life {server.Life.Number}");
                return;
            }

            await Task.Delay(Pause, clock);
        }
    }
}
