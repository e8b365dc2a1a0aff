using ControlPlane.Server.Telemetry;
using ControlPlane.Storage;

namespace ControlPlane.Server.Maintenance;

/// <summary>The store's file.</summary>
/// <param name="Path">Its path; null if the store is a database that other nodes share.</param>
internal sealed record StorePlace(string? Path);

/// <summary>The gauges of the store: its size and the room left on its disk, or the nodes that share it and their shards.</summary>
internal sealed class StoreGauges(
    ServerMetrics metrics, StorePlace place, IOwnership ownership, NodeIdentity node, TimeProvider clock, ILogger<StoreGauges> log)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private volatile IReadOnlyList<NodeRecord> _nodes = [];

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (place.Path is { } path)
        {
            var file = new FileInfo(path);
            metrics.Meter.CreateObservableGauge(
                "controlplane.store.size", () => file.Directory!.EnumerateFiles(file.Name + "*").Sum(part => part.Length), "By",
                "Bytes of the store's file and those beside it.");
            metrics.Meter.CreateObservableGauge(
                "controlplane.store.disk_free", () => new DriveInfo(file.DirectoryName!).AvailableFreeSpace, "By", "Bytes free on the store's disk.");
        }

        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!ownership.IsShared)
        {
            return;
        }

        var nodes = metrics.Meter.CreateObservableGauge("controlplane.nodes", () => _nodes.Count, "{node}", "Nodes that share the store.");
        metrics.Meter.CreateObservableGauge(
            "controlplane.node.shards", () => _nodes.FirstOrDefault(each => each.Name == node.NodeId)?.Shards ?? 0, "{shard}",
            "Shards that this node leases.");
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            do
            {
                if (nodes.Enabled)
                {
                    await LookAsync(stoppingToken);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        try
        {
            _nodes = await ownership.ListNodesAsync(stopping);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            MaintenanceLog.NotMeasured(log, e);
        }
    }
}
