using System.ComponentModel.DataAnnotations;

namespace ControlPlane.Server.Dispatching;

/// <summary>Settings of <c>ControlPlane:Dispatching</c>.</summary>
internal sealed class DispatchingOptions
{
    /// <summary>
    /// How many requests this process has in flight at most, over all webhooks. The tenants share them fairly: while seven eighths are
    /// not taken, anybody takes what it needs; the rest is for tenants that have less than an equal part.
    /// </summary>
    /// <value>Default: 2,048.</value>
    [Range(1, 65_536)]
    public int MaxInFlight { get; set; } = 2048;

    /// <summary>How many requests a webhook without a limit of its own has in flight at most.</summary>
    /// <value>Default: 32.</value>
    [Range(1, 1024)]
    public int MaxInFlightPerWebhook { get; set; } = 32;

    /// <summary>How many deliveries of one webhook this process takes from the store ahead of sending.</summary>
    /// <value>Default: 256.</value>
    [Range(1, 10_000)]
    public int QueuePerWebhook { get; set; } = 256;

    /// <summary>How many deliveries this process takes from the store ahead of sending, over all webhooks. Shared like <see cref="MaxInFlight"/>.</summary>
    /// <value>Default: 16,384.</value>
    [Range(1, 1_000_000)]
    public int Queue { get; set; } = 16_384;

    /// <summary>How many bytes of payload wait in memory at most; payloads beyond it are read from the store when their turn comes.</summary>
    /// <value>Default: 32 MiB.</value>
    [Range(0, long.MaxValue)]
    public long QueuedPayloadBytes { get; set; } = 32 << 20;

    /// <summary>How many attempts in a row must fail until a webhook is sent one request at a time.</summary>
    /// <value>Default: 5.</value>
    [Range(1, 1000)]
    public int ProbeAfterFailures { get; set; } = 5;

    /// <summary>How long a lease holds without being prolonged; after a crash another node waits this long.</summary>
    /// <value>Default: 90 s, more than the longest attempt.</value>
    [Range(typeof(TimeSpan), "00:01:10", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(90);

    /// <summary>How long requests in flight may go on when the server stops; then they are cut off and sent again after the restart.</summary>
    /// <value>Default: 20 s.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);
}
