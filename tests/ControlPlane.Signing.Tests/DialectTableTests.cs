using System.Text;

namespace ControlPlane.Signing.Tests;

/// <summary>What every dialect puts on the wire for the sample message; signatures computed elsewhere with plain HMAC.</summary>
public sealed class DialectTableTests
{
    private const string Payload = """{"a": 1, "b":"é"}""";
    private const string V1 = "v1,+V9zyTi1Sb5+c1lvklAcohwP+1fAEFYCYuZhCAuCYjg=";
    private const string TimeAndBody = "3c863a5271a97b523bc1f76280f182257bb1ebebcd45b1860a0739333bad28a0";
    private const string BodyOnly = "82171e0c72df743fa96a53103f06ab69cd5e0d9d99d46861fa540ef303bfa83f";

    public static TheoryData<string, string, string[]> Table { get; } = new()
    {
        { "standard-webhooks", Payload, ["webhook-id: evt_01", "webhook-timestamp: 1700000000", $"webhook-signature: {V1}"] },
        { "svix", Payload, ["svix-id: evt_01", "svix-timestamp: 1700000000", $"svix-signature: {V1}"] },
        {
            "wazapin", Payload,
            [
                "webhook-id: evt_01", "webhook-timestamp: 1700000000", $"webhook-signature: {V1}",
                "svix-id: evt_01", "svix-timestamp: 1700000000", $"svix-signature: {V1}",
            ]
        },
        {
            "wachat", Payload,
            [
                "X-Wachat-Event: message.new", "X-Wachat-Timestamp: 1700000000", $"X-Wachat-Signature: {TimeAndBody}",
                "X-Wachat-Webhook-Id: wh_03",
            ]
        },
        {
            "wahooks", $$"""{"event":"message.new","session":"shop-7","payload":{{Payload}}}""",
            [
                "X-WAHooks-Event: message.new",
                "X-WAHooks-Signature: sha256=5f84c0c30b9de60e1de89dae295637303ff4fc1f2b6782803ebd2e31f9d5d200",
                "X-WAHooks-Timestamp: 1700000000",
            ]
        },
        { "wawp", Payload, [$"X-Wawp-Signature: {BodyOnly}"] },
        { "wawp-secret", Payload, [$"X-Wawp-Signature: {Sample.Secret}"] },
        {
            "gowa", $$"""{"event":"message.new","timestamp":1699999990,"data":{{Payload}}}""",
            [
                "X-Webhook-Event: message.new",
                "X-Webhook-Signature: sha256=4249c3a25ceac998bb2ec411c862a766ac2535f24044d66a5a7e458739c23b1d",
                "X-Hub-Signature-256: sha256=4249c3a25ceac998bb2ec411c862a766ac2535f24044d66a5a7e458739c23b1d",
            ]
        },
        {
            "waha",
            $$"""{"id":"evt_01","timestamp":1699999990456,"event":"message.new","session":"shop-7","payload":{{Payload}}}""",
            [
                "X-Webhook-Hmac: bd64e218214cac55154c82f7199690b1bc03cd8e463505c44ef6a9f4fdf6f95f"
                + "2cc2c7b864e3b30bcb28596dccff44b9f700c66892f18ba2232ec5e6e4772de6",
                "X-Webhook-Hmac-Algorithm: sha512", "X-Webhook-Timestamp: 1700000000123", "X-Webhook-Request-Id: dlv_02",
            ]
        },
        {
            "github", Payload,
            ["X-GitHub-Event: message.new", "X-GitHub-Delivery: evt_01", $"X-Hub-Signature-256: sha256={BodyOnly}"]
        },
        { "stripe", Payload, [$"Stripe-Signature: t=1700000000,v1={TimeAndBody}"] },
        {
            "slack", Payload,
            [
                "X-Slack-Signature: v0=3cffc5aeffe6b8854ca8d297ce97921872ab88a45f405a22cdad8a0a7b29ac1b",
                "X-Slack-Request-Timestamp: 1700000000",
            ]
        },
    };

    [Fact]
    public void Table_AllDialects_AreListed() =>
        Assert.Equal(BuiltInDialects.All.Select(d => d.Name), Table.Select(row => row.Data.Item1));

    [Theory]
    [MemberData(nameof(Table))]
    public void Sign_SampleMessage_MatchesTheReference(string name, string body, string[] headers)
    {
        var dialect = Sample.Dialect(name);

        var webhook = Sample.Sign(dialect, Sample.Request, SecretFor(dialect));

        Assert.Equal(headers, webhook.Headers.Select(h => $"{h.Key}: {h.Value}"));
        Assert.Equal(body, Encoding.UTF8.GetString(webhook.Body.Span));
        Assert.Equal("application/json", webhook.ContentType);
    }

    [Theory]
    [MemberData(nameof(Sample.DialectNames), MemberType = typeof(Sample))]
    public void Validate_BuiltInDialect_HasNoProblems(string name) => Assert.Empty(Sample.Dialect(name).Validate());

    [Theory]
    [InlineData("Standard-Webhooks")]
    [InlineData("")]
    [InlineData(null)]
    public void TryGet_UnknownName_FindsNothing(string? name) => Assert.False(BuiltInDialects.TryGet(name, out _));

    [Fact]
    public void Equals_SameParameters_AreEqualWhateverTheListOfHeaders()
    {
        var copy = BuiltInDialects.Stripe with { Headers = [.. BuiltInDialects.Stripe.Headers] };

        Assert.Equal(BuiltInDialects.Stripe, copy);
        Assert.Equal(BuiltInDialects.Stripe.GetHashCode(), copy.GetHashCode());
        Assert.NotEqual(BuiltInDialects.Stripe, copy with { Headers = [new("Stripe-Signature", "t={ts},v0={sig}")] });
    }

    private static string SecretFor(Dialect dialect) =>
        dialect.KeyFormat == KeyFormat.WhsecBase64 ? Sample.WhsecSecret : Sample.Secret;
}
