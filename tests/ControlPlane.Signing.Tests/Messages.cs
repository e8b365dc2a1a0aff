using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace ControlPlane.Signing.Tests;

/// <summary>A random message with two random secrets.</summary>
public sealed record Message(
    string Id, string EventType, string? Instance, string? DeliveryId, string? WebhookId, byte[] Payload, long Milliseconds,
    string Secret, string OlderSecret, int Random)
{
    internal SigningRequest Request => new()
    {
        MessageId = Id,
        EventType = EventType,
        Instance = Instance,
        DeliveryId = DeliveryId,
        WebhookId = WebhookId,
        Payload = Payload,
        Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds),
        CreateTime = DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds - (Random % 100_000)),
    };

    public override string ToString() =>
        $"id {Show(Id)} type {Show(EventType)} instance {Show(Instance)} payload {Convert.ToHexString(Payload)} "
        + $"ms {Milliseconds} secrets {Secret} {OlderSecret} random {Random}";

    private static string Show(string? text) =>
        text is null ? "none" : string.Concat(text.Select(c => c is > ' ' and <= '~' ? $"{c}" : $"\\u{(int)c:x4}"));
}

/// <summary>Random messages, and the way properties are run over them.</summary>
internal static class Messages
{
    private static readonly Gen<char> HostileChar = Gen.OneOf(
        Gen.Elements(
            '\r', '\n', '\0', '"', '\\', '{', '}', ',', ' ', '%', '\t',
            '\u007f', '\u2028', 'é', '\ud83d', '\ude00', '\ud800', '\uffff'),
        Gen.Choose(0, 0xffff).Select(code => (char)code),
        Gen.Choose(0x20, 0x7e).Select(code => (char)code));

    /// <summary>Any text: controls, quotes, braces, lone surrogates.</summary>
    public static Gen<string> Text { get; } = HostileChar.ListOf().Select(chars => new string([.. chars]));

    public static Gen<string> Secret { get; } = Gen.OneOf(
        Gen.Choose(0, int.MaxValue).Select(seed => WebhookSecret.Prefix + Convert.ToBase64String(Bytes(seed, 24 + (seed % 41)))),
        Gen.Choose(0x21, 0x7e).Select(code => (char)code).ArrayOf(20).Select(chars => new string(chars)),
        Gen.Choose(0x21, 0x7e).Select(code => (char)code).ArrayOf(12).Select(chars => WebhookSecret.Prefix + new string(chars)));

    public static Gen<byte[]> AnyBytes { get; } = Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf();

    /// <summary>JSON in spellings that no serializer would write, so that a rewritten payload is noticed.</summary>
    public static Gen<byte[]> Json { get; } = JsonText(3).Select(Encoding.UTF8.GetBytes);

    /// <summary>Holds <paramref name="property"/> for 200 random messages that the dialect can carry.</summary>
    public static void Check(Dialect dialect, Action<Message> property) => Check(Of(dialect), property);

    public static void Check<T>(Gen<T> values, Action<T> property) =>
        FsCheck.Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(200).WithQuietOnSuccess(true), Prop.ForAll(values.ToArbitrary(), property));

    public static Gen<Message> Of(Dialect dialect) =>
        from id in Text.Where(text => text.Length > 0)
        from type in Text
        from instance in Text.OrNull()
        from delivery in Text.OrNull()
        from webhook in Text.OrNull()
        from payload in dialect.Envelope is null ? Gen.OneOf(AnyBytes, Json) : Json
        from milliseconds in Gen.Choose(0, 2_000_000_000)
        from secret in Secret
        from older in Secret
        from random in Gen.Choose(0, int.MaxValue)
        where secret != older
        select new Message(
            id, type, instance, delivery, webhook, payload, (milliseconds * 1000L) + (random % 1000), secret, older, random);

    private static byte[] Bytes(int seed, int count)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static Gen<string> JsonText(int depth)
    {
        var space = Gen.Elements("", "", " ", "\n\t", " \r\n ");
        var text = Gen.Elements(
            "\"\"", "\"\\u0041\\/\"", "\"é😀\"", "\"\\ud83d\\ude00\"", "\"{payload}{event}\"", "\"a\\\"b\\\\\"");
        var scalar = Gen.OneOf(
            Gen.Elements("null", "true", "false", "0", "-0.0", "1E+5", "1.000", "123456789012345678901234567890", "1e-7"), text);
        if (depth == 0)
        {
            return scalar;
        }
        var inner = JsonText(depth - 1);
        var member = from name in text from gap in space from value in inner select $"{name}{gap}:{gap}{value}";
        return Gen.OneOf(
            scalar,
            from gap in space from items in inner.ListOf(2) select $"[{gap}{string.Join($"{gap},", items)}{gap}]",
            from gap in space from members in member.ListOf(2) select $"{{{gap}{string.Join($",{gap}", members)}}}",
            from gap in space from value in inner select $"{gap}{value}{gap}");
    }
}
