using System.ComponentModel.DataAnnotations;

namespace ControlPlane.Server.Recording;

/// <summary>Settings of <c>ControlPlane:Recording</c>.</summary>
internal sealed class RecordingOptions
{
    /// <summary>How long a webhook may fail without one success before it is suspended.</summary>
    /// <value>Default: 5 days.</value>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan SuspendAfter { get; set; } = TimeSpan.FromDays(5);
}
