using System.ComponentModel.DataAnnotations;

namespace ControlPlane.Server.Sending;

/// <summary>Settings of <c>ControlPlane:Sending</c>.</summary>
internal sealed class SendingOptions
{
    /// <summary>The deadline of one attempt where the webhook sets none.</summary>
    /// <value>Default: 15 s.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long an answer's body is waited for after its status, within the deadline. The status decides; the body is only shown.
    /// </summary>
    /// <value>Default: 1 s.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan ExcerptTimeout { get; set; } = TimeSpan.FromSeconds(1);
}
