using System.ComponentModel.DataAnnotations;

namespace ControlPlane.Server.Watching;

/// <summary>Settings of <c>ControlPlane:Watching</c>.</summary>
internal sealed class WatchingOptions
{
    /// <summary>How many changes are kept in memory for all watchers together; one that is further behind reads the store.</summary>
    /// <value>Default: 8,192.</value>
    [Range(16, 1_000_000)]
    public int Ring { get; set; } = 8192;

    /// <summary>How many watches the keys of one tenant may have open.</summary>
    /// <value>Default: 100.</value>
    [Range(1, 100_000)]
    public int MaxPerTenant { get; set; } = 100;

    /// <summary>How long a client may take nothing off its stream before the stream is ended.</summary>
    /// <value>Default: 30 s.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SlowConsumer { get; set; } = TimeSpan.FromSeconds(30);
}
