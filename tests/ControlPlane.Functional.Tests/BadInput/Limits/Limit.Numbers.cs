using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Functional.Tests.BadInput.Limits;

/// <content>Numbers, times, choices, lists and maps.</content>
public sealed partial record Limit
{
    private const int UnknownNumber = 9_999;
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;

    /// <summary>Nothing that is put here is looked at.</summary>
    public static Limit Ignored { get; } = new([], []) { IsIgnored = true };

    /// <summary>What only the server sets; its comment says so.</summary>
    public static Limit OutputOnly { get; } = Ignored.Saying("Output only.");

    public static Limit PageSize { get; } = Range(0, int.MaxValue).Saying("1,000", "negative");

    public static Limit Range(int least, int most) => new(
        [Number(most)],
        [
            Probe.Right("least", least), Probe.Right("most", most), Probe.Refused("less", least - 1),
            .. most < int.MaxValue ? [Probe.Refused("more", most + 1)] : Array.Empty<Probe>(),
        ]);

    public static Limit Range(double least, double most) => new(
        [Number(most)],
        [
            Probe.Right("least", least), Probe.Right("most", most), Probe.Refused("less", Math.BitDecrement(least)),
            Probe.Refused("more", Math.BitIncrement(most)), Probe.Refused("no number", double.NaN),
            Probe.Refused("infinite", double.PositiveInfinity), Probe.Refused("negative and infinite", double.NegativeInfinity),
        ]);

    /// <summary>A duration; the words are those of the comment.</summary>
    public static Limit Span(string words, TimeSpan least, TimeSpan most) => new(
        [words],
        [
            Probe.Right("shortest", Duration.FromTimeSpan(least)), Probe.Right("longest", Duration.FromTimeSpan(most)),
            Probe.Refused("shorter", Duration.FromTimeSpan(least) - Nanosecond), Probe.Refused("longer", Duration.FromTimeSpan(most) + Nanosecond),
            Probe.Refused("contrary", new Duration { Seconds = 1, Nanos = -1 }), Probe.Refused("broken", new Duration { Nanos = int.MaxValue }),
            Probe.Refused("endless", new Duration { Seconds = long.MaxValue }), Probe.Refused("endless before", new Duration { Seconds = long.MinValue }),
        ]);

    public static Limit Time { get; } = Impossible.And(
        Probe.Right("first", new Timestamp { Seconds = FirstSecond }), Probe.Right("last", new Timestamp { Seconds = LastSecond, Nanos = 999_999_999 }))
        .Saying("Years 1 to 9999");

    public static Limit Future { get; } = Impossible.And(
        Probe.Right("last", new Timestamp { Seconds = LastSecond }), Probe.Refused("past", new Timestamp { Seconds = 1 })).Saying("future", "year 9999");

    /// <summary>A choice of which some make sense here.</summary>
    public static Limit Choice(params int[] right) => new(
        [], [.. right.Select(n => Probe.Right($"{n}", n)), Probe.Refused("unknown", UnknownNumber), Probe.Refused("negative", -1)]);

    /// <summary>A list.</summary>
    /// <param name="least">How many entries there must be.</param>
    /// <param name="most">How many there may be.</param>
    /// <param name="item">An entry that is right, by its number.</param>
    /// <param name="each">What holds of each; null where entries are messages, whose fields have limits of their own.</param>
    public static Limit List(int least, int most, Func<int, object> item, Limit? each = null) => new(
        [Number(most), .. each?.Says ?? []],
        [
            Probe.Right("most", Items(most, item)), Probe.Refused("too many", Items(most + 1, item)),
            .. least > 0 ? [Probe.Refused("none", Items(0, item))] : Array.Empty<Probe>(),
            .. each?.Probes.Select(probe => At(probe, value => new[] { value }, "[0]")) ?? [],
        ]);

    /// <summary>A map from text to text.</summary>
    public static Limit Map(int most, Limit key, Limit value) => new(
        [Number(most), .. key.Says, .. value.Says],
        [
            Probe.Right("most", Entries(most)), Probe.Refused("too many", Entries(most + 1)),
            .. key.Probes.Where(p => p.Wrong is null).Select(probe => At(probe, k => Entry(k, "v"), "")),
            .. key.Probes.Where(p => p.Wrong is not null).Select(probe => At(probe, k => Entry(k, "v"), "[")),
            .. value.Probes.Select(probe => At(probe, v => Entry("k", v), "[\"k\"]")),
        ]);

    private static Duration Nanosecond { get; } = new() { Nanos = 1 };

    private static Limit Impossible => new(
        [],
        [
            Probe.Refused("too early", new Timestamp { Seconds = FirstSecond - 1 }), Probe.Refused("too late", new Timestamp { Seconds = LastSecond + 1 }),
            Probe.Refused("broken", new Timestamp { Nanos = 1_000_000_000 }), Probe.Refused("contrary", new Timestamp { Nanos = -1 }),
            Probe.Refused("beyond all", new Timestamp { Seconds = long.MaxValue, Nanos = int.MinValue }),
        ]);

    private static object[] Items(int count, Func<int, object> item) => [.. Enumerable.Range(0, count).Select(item)];

    private static Dictionary<string, string> Entries(int count) => Enumerable.Range(0, count).ToDictionary(i => $"k{i}", _ => "v");

    private static Dictionary<string, string> Entry(object key, object value) => new Dictionary<string, string> { [(string)key] = (string)value };
}
