using System.Buffers;
using System.Globalization;
using System.Text;

namespace ControlPlane.Cli.Values;

/// <summary>Durations as people type them: <c>5s</c>, <c>1h30m</c>, <c>500ms</c>, <c>1.5s</c>, <c>2d</c>; exact to 100 ns.</summary>
internal static class DurationText
{
    private static readonly (string Name, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond), ("ms", TimeSpan.TicksPerMillisecond),
    ];

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    public const string Expected = "a duration such as 5s, 500ms, 10m, 1h30m or 2d";

    /// <summary>Reads numbers with units, the larger units first and each at most once. Never negative.</summary>
    public static bool TryParse(string? text, out TimeSpan value)
    {
        value = default;
        var rest = (text ?? "").AsSpan().Trim();
        if (rest is "0")
        {
            return true;
        }

        if (rest.IsEmpty)
        {
            return false;
        }

        var (ticks, next) = (0m, 0);
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(NumberCharacters);
            if (digits <= 0 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var letters = rest.IndexOfAnyInRange('0', '9');
            var unit = IndexOfUnit(letters < 0 ? rest : rest[..letters]);
            if (unit < next || number > TimeSpan.MaxValue.Ticks)
            {
                return false;
            }

            ticks += number * Units[unit].Ticks;
            next = unit + 1;
            rest = letters < 0 ? [] : rest[letters..];
            if (ticks > TimeSpan.MaxValue.Ticks || ticks != decimal.Truncate(ticks))
            {
                return false;
            }
        }

        value = TimeSpan.FromTicks((long)ticks);
        return true;
    }

    /// <summary>The shortest text that <see cref="TryParse"/> reads as the same duration.</summary>
    public static string Format(TimeSpan value)
    {
        if (value == TimeSpan.Zero)
        {
            return "0s";
        }

        var text = new StringBuilder();
        var ticks = value.Ticks;
        foreach (var (name, size) in Units)
        {
            // Below a second, milliseconds carry the fraction; above, seconds do.
            var (count, last) = name switch
            {
                "s" when text.Length > 0 || ticks >= size => ((decimal)ticks / size, true),
                "ms" => ((decimal)ticks / size, true),
                _ => (ticks / size, false),
            };
            if (count > 0)
            {
                text.Append(count.ToString("0.#######", CultureInfo.InvariantCulture)).Append(name);
            }

            if (last)
            {
                break;
            }

            ticks %= size;
        }

        return text.ToString();
    }

    private static int IndexOfUnit(ReadOnlySpan<char> name)
    {
        for (var i = 0; i < Units.Length; i++)
        {
            if (name.SequenceEqual(Units[i].Name))
            {
                return i;
            }
        }

        return -1;
    }
}
