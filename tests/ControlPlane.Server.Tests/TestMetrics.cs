using ControlPlane.Server.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Server.Tests;

/// <summary>Instruments for what is made without a host.</summary>
internal static class TestMetrics
{
    public static ServerMetrics Create() => new ServiceCollection().AddServerMetrics().BuildServiceProvider().GetRequiredService<ServerMetrics>();
}
