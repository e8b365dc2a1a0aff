using System.ComponentModel.DataAnnotations;

namespace ControlPlane.Server.Publishing;

/// <summary>Settings of <c>ControlPlane:Publishing</c>.</summary>
internal sealed class PublishingOptions
{
    /// <summary>How large a payload may be.</summary>
    /// <value>In bytes. Default: 262,144 (256 KiB); at most 1,048,576.</value>
    [Range(1, 1 << 20)]
    public int MaxPayloadBytes { get; set; } = 256 << 10;

    /// <summary>
    /// How many deliveries one call may add: its events times the webhooks that each matches. They are stored in one commit, which
    /// everybody else's writes wait for.
    /// </summary>
    /// <value>Default: 10,000.</value>
    [Range(1, 1_000_000)]
    public int MaxFanOut { get; set; } = 10_000;

    /// <summary>
    /// How many deliveries that have not ended a tenant may have. Events that would add more are refused until some have ended.
    /// </summary>
    /// <value>Default: 2,000,000.</value>
    [Range(1, long.MaxValue)]
    public long MaxBacklogPerTenant { get; set; } = 2_000_000;

    /// <summary>The same over all tenants: what the disk bears.</summary>
    /// <value>Default: 10,000,000.</value>
    [Range(1, long.MaxValue)]
    public long MaxBacklog { get; set; } = 10_000_000;
}
