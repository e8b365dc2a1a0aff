using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.BadInput.Limits;

/// <content>Texts and bytes.</content>
public sealed partial record Limit
{
    private const int LongestId = 128;
    private const int LongestToken = 64;

    private static readonly Probe[] Controls = [Probe.Refused("NUL", "a\0b"), Probe.Refused("a C1 control", "a\u0085b")];

    private static readonly Probe[] Hidden =
    [
        .. "\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069\u200E\u200F\u061C\u200B\u2060\uFEFF\u2028\u2029\u00AD"
            .Select(c => Probe.Refused($"U+{(int)c:X4}", $"a{c}b")),
        Probe.Right("joiners", "\u0646\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645 \U0001F469\u200D\U0001F4BB"),
    ];

    /// <summary>At most so many characters, none a control.</summary>
    public static Limit Line(int most) => Long(most).And(Controls).And(Probe.Refused("a line break", "a\nb"));

    /// <summary>A name for people: nothing hidden.</summary>
    public static Limit Name(int most) => Line(most).And(Hidden);

    /// <summary>Text of several lines for people.</summary>
    public static Limit Block(int most) => Long(most)
        .And(Controls)
        .And(Probe.Right("lines", "a\r\n\tb"), Probe.Refused("an override", "a\u202Eb"), Probe.Refused("an isolate", "a\u2066b"));

    /// <summary>An id that need not be given.</summary>
    public static Limit Id { get; } = Line(LongestId) with { Otherwise = StatusCode.NotFound };

    /// <summary>An id that must be given.</summary>
    public static Limit RequiredId { get; } = Id.And(Probe.Refused("nothing", ""));

    public static Limit Etag { get; } = Line(LongestId) with { Otherwise = StatusCode.Aborted };

    /// <summary>Text that the server made: no other is right, whatever its length.</summary>
    public static Limit Token { get; } = new(
        [$"{LongestToken} characters"],
        [
            Probe.Refused("longest", new string('A', LongestToken)), Probe.Refused("too long", new string('A', LongestToken + 1)),
            Probe.Refused("of the length of one", new string('A', 22)), Probe.Refused("very long", new string('A', 1 << 16)),
            Probe.Refused("no token", "\u00e9\0 "),
        ]);

    /// <summary>ASCII of these lengths.</summary>
    public static Limit Ascii(int least, int most) => new(
        [least > 1 ? $"{least} to {Number(most)}" : $"{Number(most)} "],
        [
            Probe.Right("shortest", new string('x', Math.Max(least, 1))), Probe.Right("longest", new string('x', most)),
            Probe.Refused("too long", new string('x', most + 1)), Probe.Refused("not ASCII", new string('\u00e9', Math.Max(least, 1))),
            .. least > 1 ? [Probe.Refused("too short", new string('x', least - 1))] : Array.Empty<Probe>(),
        ]);

    /// <summary>A signing secret that every dialect takes, as the default one is used.</summary>
    public static Limit Secret { get; } = new(
        ["8 to 256"],
        [
            Probe.Right("shortest key", "whsec_" + new string('A', 32)), Probe.Right("longest key", "whsec_" + new string('A', 86) + "=="),
            Probe.Refused("plain text", new string('x', 9)), Probe.Refused("too long", new string('x', 257)),
            Probe.Refused("not ASCII", new string('\u00e9', 40)), Probe.Refused("too short", new string('x', 7)),
        ]);

    /// <summary>An exact event type.</summary>
    public static Limit EventType { get; } = Ascii(1, LongestId).And(Probe.Refused("a pattern", "a.*"), Probe.Refused("a space", "a b"));

    /// <summary>An event type or a pattern.</summary>
    public static Limit EventPattern { get; } =
        Ascii(1, LongestId).And(Probe.Right("a pattern", "a.*"), Probe.Right("all", "*"), Probe.Refused("nothing", ""));

    /// <summary>One of these and nothing else.</summary>
    public static Limit OneOf(params string[] names) => new(
        [], [.. names.Select(n => Probe.Right(n, n)), Probe.Refused("another", "nonsense"), Probe.Refused("very long", new string('x', 1 << 16))]);

    /// <summary>A receiver's URL.</summary>
    public static Limit Url(int most) => new(
        [Number(most)],
        [
            new("longest", around => $"{around.Inbox.Url}?{new string('x', most - around.Inbox.Url.Length - 1)}", null),
            new("too long", around => $"{around.Inbox.Url}?{new string('x', most - around.Inbox.Url.Length)}", ""),
        ]);

    /// <summary>A template or another text of ASCII: the longest and one character more.</summary>
    public static Limit Template(int most, Func<int, string> ofLength) => new(
        [Number(most)], [Probe.Right("longest", ofLength(most)), Probe.Refused("too long", ofLength(most + 1))]);

    /// <summary>A JSON text of at most so many bytes.</summary>
    public static Limit Json(int most) => new(
        [$"{most >> 10} KiB"],
        [
            Probe.Right("largest", JsonText(most)), Probe.Refused("too large", JsonText(most + 1)),
            Probe.Refused("no JSON", ByteString.CopyFromUtf8("{")),
        ]);

    /// <summary>Which fields to change.</summary>
    public static Limit Mask(int most, string path) => new(
        [$"{most} paths"],
        [
            Probe.Right("most", new FieldMask { Paths = { Enumerable.Repeat(path, most) } }),
            Probe.Refused("too many", new FieldMask { Paths = { Enumerable.Repeat(path, most + 1) } }),
            Probe.Refused("unknown", new FieldMask { Paths = { "nonsense" } }),
            Probe.Refused("below a scalar", new FieldMask { Paths = { $"{path}.x" } }),
            Probe.Refused("empty", new FieldMask { Paths = { "" } }),
            Probe.Refused("very long", new FieldMask { Paths = { new string('.', 1 << 16) } }),
        ]);

    private static Limit Long(int most) => new(
        [$"{Number(most)} characters"],
        [
            Probe.Right("longest", new string('x', most)), Probe.Right("longest beyond the BMP", string.Concat(Enumerable.Repeat("\U0001F389", most))),
            Probe.Refused("too long", new string('x', most + 1)), Probe.Refused("very long", new string('x', 1 << 16)),
        ]);

    private static ByteString JsonText(int size) => ByteString.CopyFromUtf8($"\"{new string('x', size - 2)}\"");
}
