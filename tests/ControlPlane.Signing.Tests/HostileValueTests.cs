using System.Text;
using System.Text.Json;

namespace ControlPlane.Signing.Tests;

/// <summary>Event types, instances and ids come from outside: they must not change the shape of a request.</summary>
public sealed class HostileValueTests
{
    public static TheoryData<string> Names => Sample.DialectNames;

    public static TheoryData<string> Enveloped { get; } =
        [.. BuiltInDialects.All.Where(d => d.Envelope is not null).Select(d => d.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Sign_AnyText_HeadersStayWithinVisibleAscii(string name)
    {
        var dialect = Sample.Dialect(name);
        Messages.Check(dialect, message =>
        {
            var webhook = Sample.Sign(dialect, message.Request, message.Secret, message.OlderSecret);

            Assert.Equal(dialect.Headers.Select(h => h.Name), webhook.Headers.Select(h => h.Key));
            // The space between two signatures is the only one.
            Assert.All(webhook.Headers, h => Assert.DoesNotContain(h.Value, c => c is < ' ' or > '~'));
            Assert.All(webhook.Headers.Where(h => !h.Key.EndsWith("-signature")), h => Assert.DoesNotContain(' ', h.Value));
        });
    }

    [Theory]
    [MemberData(nameof(Enveloped))]
    public void Sign_AnyText_EnvelopeKeepsItsShapeAndValues(string name)
    {
        var dialect = Sample.Dialect(name);
        var shape = Shape(Sample.Sign(dialect, Sample.Request, Sample.Secret));
        Messages.Check(dialect, message =>
        {
            var webhook = Sample.Sign(dialect, message.Request, message.Secret);

            using var document = JsonDocument.Parse(webhook.Body);
            Assert.Equal(shape, Shape(webhook));
            Assert.Equal(Sound(message.EventType), document.RootElement.GetProperty("event").GetString());
            if (document.RootElement.TryGetProperty("session", out var session))
            {
                Assert.Equal(Sound(message.Instance ?? ""), session.GetString());
            }
            if (document.RootElement.TryGetProperty("id", out var id))
            {
                Assert.Equal(Sound(message.Id), id.GetString());
            }
        });
    }

    [Theory]
    [MemberData(nameof(Enveloped))]
    public void Sign_AnyJson_IsEmbeddedBitForBit(string name)
    {
        var dialect = Sample.Dialect(name);
        var (before, after) = (dialect.Envelope!.Split("{payload}")[0], dialect.Envelope!.Split("{payload}")[1]);
        Messages.Check(dialect, message =>
        {
            var plain = message.Request with { EventType = "e", Instance = "i", MessageId = "m" };
            var webhook = Sample.Sign(dialect, plain, message.Secret);
            var start = Encoding.UTF8.GetByteCount(Fill(before, dialect, plain));

            Assert.Equal(message.Payload, webhook.Body[start..^after.Length].ToArray());
        });
    }

    [Fact]
    public void Sign_NoEnvelope_BodyIsTheVeryMemory()
    {
        ReadOnlyMemory<byte> payload = new byte[] { 0, 255, 13, 10 };

        var webhook = Sample.Sign(BuiltInDialects.StandardWebhooks, Sample.Request with { Payload = payload }, Sample.Secret);

        Assert.True(payload.Equals(webhook.Body));
    }

    [Theory]
    [InlineData("order created", "order%20created")]
    [InlineData("a\r\nX-Evil: 1", "a%0D%0AX-Evil:%201")]
    [InlineData("nul\0tab\tdel\u007f", "nul%00tab%09del%7F")]
    [InlineData("prix-é-😀", "prix-%C3%A9-%F0%9F%98%80")]
    [InlineData("100%25\"{}", "100%25\"{}")]
    public void Sign_EventTypeInHeader_IsPercentEncoded(string type, string expected)
    {
        var webhook = Sample.Sign(BuiltInDialects.Wachat, Sample.Request with { EventType = type }, Sample.Secret);

        Assert.Equal(expected, Sample.Header(webhook, "X-Wachat-Event"));
    }

    // Not in the table: attributes are stored as UTF-8, which has no lone surrogates.
    [Fact]
    public void Sign_LoneSurrogate_BecomesTheReplacementCharacter()
    {
        var webhook = Sample.Sign(BuiltInDialects.WaHooks, Sample.Request with { EventType = "lone\ud800" }, Sample.Secret);

        Assert.Equal("lone%EF%BF%BD", Sample.Header(webhook, "X-WAHooks-Event"));
        using var document = JsonDocument.Parse(webhook.Body);
        Assert.Equal("lone\ufffd", document.RootElement.GetProperty("event").GetString());
    }

    [Fact]
    public void Sign_IdThatIsEncoded_SignsWhatTheReceiverGets()
    {
        var encoded = Sample.Sign(BuiltInDialects.Svix, Sample.Request with { MessageId = "evt é" }, Sample.Secret);
        var plain = Sample.Sign(BuiltInDialects.Svix, Sample.Request with { MessageId = "evt%20%C3%A9" }, Sample.Secret);

        Assert.Equal(plain.Headers, encoded.Headers);
    }

    [Fact]
    public void Sign_EmptyPayloadInEnvelope_IsNull()
    {
        var webhook = Sample.Sign(BuiltInDialects.WaHooks, Sample.Request with { Payload = default }, Sample.Secret);

        Assert.EndsWith("\"payload\":null}", Encoding.UTF8.GetString(webhook.Body.Span));
    }

    /// <summary>The text as it can be in JSON: a lone surrogate cannot.</summary>
    private static string Sound(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static string Shape(SignedWebhook webhook)
    {
        using var document = JsonDocument.Parse(webhook.Body);
        return string.Join(",", document.RootElement.EnumerateObject().Select(p => p.Name));
    }

    private static string Fill(string text, Dialect dialect, SigningRequest request)
    {
        var created = request.CreateTime!.Value;
        var time = created.ToUnixTimeMilliseconds() / (dialect.TimestampUnit == TimestampUnit.Seconds ? 1000 : 1);
        return text.Replace("{event}", "e").Replace("{instance}", "i").Replace("{id}", "m").Replace("{created}", $"{time}");
    }
}
