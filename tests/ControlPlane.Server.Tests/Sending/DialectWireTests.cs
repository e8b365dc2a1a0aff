using System.Text.Json;
using ControlPlane.Signing;
using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Sending;

public sealed class DialectWireTests
{
    private const string Secret = "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
    private const string Older = "an-older-secret-0123456789";

    private static CustomDialectRecord Custom { get; } = new()
    {
        Name = "acme",
        KeyFormat = DialectKeyFormat.Utf8,
        Algorithm = DialectAlgorithm.HmacSha512,
        SignedContent = "{event}|{instance}|{ts}|{body}",
        Encoding = DialectEncoding.Hex,
        SignatureJoin = DialectSignatureJoin.RepeatedItem,
        TimestampUnit = DialectTimestampUnit.Milliseconds,
        Envelope = """{"type":"{event}","from":"{instance}","data":{payload}}""",
        Headers =
        [
            new("X-Acme-Signature", "t={ts},v1={sig}"), new("X-Acme-Event", "{event}"), new("X-Acme-Instance", "{instance}"),
        ],
    };

    public static TheoryData<string> Hostile =>
    [
        "a\r\nX-Injected: 1", "a\nb", "\0", "\t", " ", "\"},{\"x\":\"", "\\", "\u2028", "é 日本 🎉", "\ud800", "{payload}", "{sig}", "%0d%0a", "",
    ];

    public static TheoryData<string> Names { get; } = [.. BuiltInDialects.All.Select(d => d.Name)];

    [Theory, MemberData(nameof(Hostile))]
    public async Task Request_HostileTypeAndInstance_StaysOneRequestThatVerifies(string hostile)
    {
        const string Payload = """ {"a": 1.0e+2, "a":"\u0061"} """;
        var names = BuiltInDialects.All.Select(d => (Wire.Webhook(d.Name), d)).ToList();
        names.Add((Wire.Webhook("", custom: Custom), Server.Webhooks.Dialects.WebhookDialects.Of(Custom)));
        foreach (var (webhook, dialect) in names)
        {
            var wire = await Wire.SendAsync(webhook, Wire.Event(hostile, hostile, Payload), Secret);

            Assert.True(wire.Verify(dialect, Secret).IsValid, dialect.Name);
            Assert.Empty(wire.Header("X-Injected"));
            Assert.All(wire.Lines, line => Assert.DoesNotContain(line, c => c is < ' ' or > '~'));
            var expected = dialect.Headers.Select(h => h.Name).Concat(["Accept", "Content-Length", "Content-Type", "Host", "User-Agent"]);
            Assert.Equal(
                expected.Order(StringComparer.OrdinalIgnoreCase),
                wire.Lines.Skip(1).Select(line => line.Split(':')[0]).Order(StringComparer.OrdinalIgnoreCase),
                StringComparer.OrdinalIgnoreCase);
            if (dialect.Envelope is null)
            {
                Assert.Equal(Payload, wire.Text);
                continue;
            }

            Assert.Contains(Payload, wire.Text, StringComparison.Ordinal);
            using var body = JsonDocument.Parse(wire.Body);
            var shown = hostile.Replace("\ud800", "\ufffd", StringComparison.Ordinal);
            Assert.Contains(body.RootElement.EnumerateObject(), p => p.Value.ValueKind == JsonValueKind.String && p.Value.GetString() == shown);
        }
    }

    [Fact]
    public async Task Custom_TwoSecrets_BothVerifyInItsForm()
    {
        var wire = await Wire.SendAsync(Wire.Webhook("", custom: Custom), Wire.Event("message.new", "shop 7"), Secret, Older);

        var dialect = Server.Webhooks.Dialects.WebhookDialects.Of(Custom);
        Assert.True(wire.Verify(dialect, Secret).IsValid);
        Assert.True(wire.Verify(dialect, Older).IsValid);
        Assert.Matches("^t=1700000000123,v1=[0-9a-f]{128},v1=[0-9a-f]{128}$", Assert.Single(wire.Header("x-acme-signature")));
        Assert.Equal("shop%207", Assert.Single(wire.Header("x-acme-instance")));
        Assert.Equal("""{"type":"message.new","from":"shop 7","data":{"a": 1.0e+2 }}""", wire.Text);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Additional_EveryOtherDialect_BothVerifyOverTheSameBody(string additional)
    {
        Assert.True(BuiltInDialects.TryGet(additional, out var second));
        foreach (var first in BuiltInDialects.All.Where(d => !d.Equals(second) && second.ValidateBeside(d).Count == 0))
        {
            var alone = await Wire.SendAsync(Wire.Webhook(first.Name), Wire.Event(), Secret, Older);
            var both = await Wire.SendAsync(Wire.Webhook(first.Name, additional), Wire.Event(), Secret, Older);

            Assert.True(both.Verify(first, Secret).IsValid, first.Name);
            Assert.True(both.Verify(second, Secret).IsValid, first.Name);
            Assert.Equal(alone.Body, both.Body);
            Assert.All(alone.Lines.Where(line => !line.StartsWith("Host:", StringComparison.Ordinal)), line => Assert.Contains(line, both.Lines));
            Assert.Equal(second.SignatureJoin != SignatureJoin.NewestOnly, both.Verify(second, Older).IsValid);
        }
    }

    [Fact]
    public async Task Additional_OwnHeaders_AreSentToo()
    {
        var webhook = Wire.Webhook("slack", "stripe") with { Headers = new Dictionary<string, string> { ["X-Team"] = "a b" } };

        var wire = await Wire.SendAsync(webhook, Wire.Event(), Secret);

        Assert.Equal("a b", Assert.Single(wire.Header("X-Team")));
        Assert.Single(wire.Header("Stripe-Signature"));
        Assert.Single(wire.Header("X-Slack-Signature"));
    }
}
