using System.ComponentModel.DataAnnotations;

namespace ControlPlane.Server.Sending;

/// <summary>Settings of <c>ControlPlane:Sending</c>.</summary>
internal sealed class SendingOptions
{
    /// <summary>The deadline of one attempt where the webhook sets none.</summary>
    /// <value>Default: 15 s.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);
}
