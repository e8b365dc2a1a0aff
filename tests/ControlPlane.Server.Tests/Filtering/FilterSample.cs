using ControlPlane.Server.Filtering;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Server.Tests.Filtering;

internal static class FilterSample
{
    public static Filters Filters { get; } = new ServiceCollection()
        .AddLogging().AddMetrics().AddSingleton(TimeProvider.System).AddFiltering().BuildServiceProvider().GetRequiredService<Filters>();
}
