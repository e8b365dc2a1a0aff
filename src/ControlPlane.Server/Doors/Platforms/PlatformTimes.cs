using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Doors.Platforms;

/// <summary>Times as the platforms write them.</summary>
internal static class PlatformTimes
{
    /// <summary><c>2026-06-13T08:00:00.000Z</c>.</summary>
    public static string Milliseconds(Timestamp time) => Format(time, "yyyy-MM-ddTHH:mm:ss.fffZ");

    /// <summary><c>2025-12-17T10:30:00Z</c>.</summary>
    public static string Seconds(Timestamp time) => Format(time, "yyyy-MM-ddTHH:mm:ssZ");

    private static string Format(Timestamp time, string format) => time.ToDateTime().ToString(format, CultureInfo.InvariantCulture);
}
