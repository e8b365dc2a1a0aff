using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ControlPlane.Server.Telemetry;

/// <summary>
/// Exports what is left when the server stops, for a moment: left to itself each exporter waits for a collector that does not answer, one
/// after the other.
/// </summary>
internal sealed class LastExport(IServiceProvider services) : IHostedService
{
    private const int Milliseconds = 2_000;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => services.GetService<MeterProvider>()?.Shutdown(Milliseconds), CancellationToken.None),
        Task.Run(() => services.GetService<TracerProvider>()?.Shutdown(Milliseconds), CancellationToken.None));
}
