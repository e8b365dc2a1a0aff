using System.Globalization;
using ControlPlane.Cli.Values;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Output;

/// <summary>Common values as text.</summary>
internal static class Show
{
    public static string Time(Timestamp? time) =>
        time?.ToDateTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    public static string Duration(Duration? duration) => duration is null ? "" : DurationText.Format(duration.ToTimeSpan());

    public static string Map(MapField<string, string> map) =>
        string.Join(' ', map.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}"));

    public static string Words(IEnumerable<string> words) => string.Join(' ', words);

    public static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    public static string Yes(bool value) => value ? "yes" : "no";
}
