using System.ComponentModel.DataAnnotations;

namespace ControlPlane.Server.Publishing;

/// <summary>Settings of <c>ControlPlane:Publishing</c>.</summary>
internal sealed class PublishingOptions
{
    /// <summary>How large a payload may be.</summary>
    /// <value>In bytes. Default: 262,144 (256 KiB); at most 1,048,576.</value>
    [Range(1, 1 << 20)]
    public int MaxPayloadBytes { get; set; } = 256 << 10;
}
