using ControlPlane.Server.Api.Standard;
using ControlPlane.Server.Maintenance;
using ControlPlane.Storage;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Server.Tests.Maintenance;

public sealed class DamageWorkerTests
{
    [Fact]
    public async Task Damage_IsToldLoudlyAndTheServerServesNoMore()
    {
        var (maintenance, health, log) = (new ScriptedMaintenance(), new HealthState("a"), new LogCapture());
        using var loggers = new LoggerFactory([log]);
        health.Serve();
        using var worker = new DamageWorker(new EngineCapabilities { Integrity = maintenance }, health, loggers.CreateLogger<DamageWorker>());
        await worker.StartAsync(TestContext.Current.CancellationToken);
        Assert.True(health.IsServing);

        maintenance.Break("a page is wrong");
        await worker.ExecuteTask!;

        Assert.False(health.IsServing);
        var entry = Assert.Single(log.Entries);
        Assert.Equal(LogLevel.Critical, entry.Level);
        Assert.Contains("a page is wrong", entry.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_EngineWithoutIntegrityCheck_EndsQuietly()
    {
        using var loggers = new LoggerFactory();
        using var worker = new DamageWorker(EngineCapabilities.None, new HealthState(), loggers.CreateLogger<DamageWorker>());
        await worker.StartAsync(TestContext.Current.CancellationToken);

        await worker.ExecuteTask!;
    }

    [Fact]
    public async Task Stop_SoundStore_EndsQuietly()
    {
        using var loggers = new LoggerFactory();
        using var worker = new DamageWorker(new EngineCapabilities { Integrity = new ScriptedMaintenance() }, new HealthState(), loggers.CreateLogger<DamageWorker>());
        await worker.StartAsync(TestContext.Current.CancellationToken);

        await worker.StopAsync(TestContext.Current.CancellationToken);

        Assert.False(worker.ExecuteTask!.IsFaulted);
    }
}
