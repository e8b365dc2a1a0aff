using ControlPlane.CrashTests.Ledger;
using ControlPlane.CrashTests.Load;
using ControlPlane.CrashTests.Points;
using ControlPlane.CrashTests.Receiving;
using ControlPlane.CrashTests.Serving;
using ControlPlane.Testing;

namespace ControlPlane.CrashTests.Running;

/// <summary>
/// From one kill to the next: the node that is down is started again, while the others go on if there are any, and then one is killed
/// under load.
/// </summary>
internal sealed class Cycle(CrashServers servers, Receiver receiver, Moments moments, EpochLedger ledger, MixedLoad load, string key, int seed)
{
    /// <summary>Sometimes a node is back before its lease ends, and sometimes others have taken over from it.</summary>
    private static readonly TimeSpan LongestAway = TimeSpan.FromSeconds(7);

    public MixedLoad Load => load;

    public async Task RunAsync(KillPoint point)
    {
        var random = new Random(seed + (servers.Lives.Count * 100));
        var node = servers.Nodes.First(each => !each.IsStarted);
        // Some points are reached while it starts, or have to be told it then.
        var own = !servers.IsCluster || point.AfterStart is not null || point.Inside is not null;
        if (await StartAsync(node, own ? point : null, random))
        {
            await LoadUntilDeathAsync(own ? node : servers.Nodes[random.Next(servers.Nodes.Count)], point);
        }

        await CalmAsync();
    }

    /// <summary>A stage for all nodes that run now, with a tenant's key.</summary>
    public Stage Open(string withKey) => new(servers.Connect(withKey), servers.Connect(), ledger, moments, servers.Lives.Count);

    /// <summary>Waits until nothing more comes of a server that is dead.</summary>
    public Task CalmAsync() => servers.IsCluster ? servers.ForgottenAsync() : receiver.QuietAsync();

    /// <summary>Starts a node that is down, while the others are under load; false if it was killed meanwhile.</summary>
    private async Task<bool> StartAsync(CrashServer node, KillPoint? point, Random random)
    {
        if (!servers.IsCluster)
        {
            return await node.StartAsync(point);
        }

        using var stage = Open(key);
        var running = load.RunAsync(stage, seed + (stage.Life * 100) + 50);
        await Task.Delay(LongestAway * random.NextDouble(), TimeProvider.System);
        // It gets its part of what comes, so it has seen that often enough when all of them have seen it as often as the point says.
        var served = await node.StartAsync(point is null ? null : point with { Count = Math.Max(1, point.Count / servers.Nodes.Count) });
        stage.End();
        await running;
        ledger.Violations.Unless(!stage.HasLost, $"A call got no answer after life {stage.Life}, although no node that was called died");
        return served;
    }

    private async Task LoadUntilDeathAsync(CrashServer victim, KillPoint point)
    {
        victim.Life.Point = point;
        using var stage = Open(key);
        using var filling = Open(ServerSetup.PlatformKey);
        moments.Arm(point.Moment is null ? null : point, victim.Kill);
        using var timer = point.AfterReady is { } after
            ? TimeProvider.System.CreateTimer(_ => victim.Kill(), null, after, Timeout.InfiniteTimeSpan)
            : null;
        var running = load.RunAsync(stage, seed + (stage.Life * 100));
        var filler = point.NeedsCheckpoint ? Filling.RunAsync(filling) : Task.CompletedTask;
        await victim.DiedAsync();
        stage.End();
        filling.End();
        await running;
        await filler;
        moments.Arm(null, () => { });
    }
}
