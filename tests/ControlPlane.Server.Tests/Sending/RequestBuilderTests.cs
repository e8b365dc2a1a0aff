using System.Net;
using ControlPlane.Server.Sending;
using ControlPlane.Signing;
using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Sending;

public sealed class RequestBuilderTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwX2SgJmDhKbQ=";
    private static readonly Dialect Standard = BuiltInDialects.TryGet(Records.Webhook().Dialect, out var dialect) ? dialect : throw new InvalidOperationException();
    private static readonly EventRecord Event = Records.Event() with { Payload = "{\"n\": 1}"u8.ToArray(), ContentType = "application/json" };

    [Fact]
    public async Task Build_Request_HasExactlyTheHeadersItShould()
    {
        using var request = Build(w => w with { Headers = new Dictionary<string, string> { ["X-Own"] = "a, b" } });
        Assert.Equal(
            ["Accept", "User-Agent", "X-Own", "webhook-id", "webhook-signature", "webhook-timestamp"],
            request.Headers.NonValidated.Select(h => h.Key).Order(StringComparer.Ordinal));
        Assert.Equal("a, b", request.Headers.NonValidated["X-Own"].ToString());
        Assert.Equal("evt_1", request.Headers.NonValidated["webhook-id"].ToString());
        Assert.StartsWith("controlplane/", request.Headers.NonValidated["User-Agent"].ToString());
        Assert.Equal("application/json", request.Content!.Headers.NonValidated["Content-Type"].ToString());
        Assert.Equal(Event.Payload, await request.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(
            (HttpMethod.Post, HttpVersion.Version20, HttpVersionPolicy.RequestVersionOrLower),
            (request.Method, request.Version, request.VersionPolicy));
    }

    [Fact]
    public void Build_SecretsInGrace_AllSign()
    {
        using var request = Build(secrets: [Key(null), Key(Records.Time.AddHours(1)), Key(Records.Time)]);
        Assert.Equal(2, request.Headers.NonValidated["webhook-signature"].ToString().Split(' ').Length);
    }

    [Fact]
    public void Build_Retry_KeepsTheIdAndSignsAnew()
    {
        using var first = Build();
        using var second = Build(time: Records.Time.AddMinutes(5));
        Assert.Equal(first.Headers.NonValidated["webhook-id"].ToString(), second.Headers.NonValidated["webhook-id"].ToString());
        Assert.NotEqual(
            first.Headers.NonValidated["webhook-signature"].ToString(), second.Headers.NonValidated["webhook-signature"].ToString());
    }

    private static (string Secret, DateTimeOffset? ExpireTime) Key(DateTimeOffset? expires) => (WebhookSecret.Generate(), expires);

    private static HttpRequestMessage Build(
        Func<WebhookRecord, WebhookRecord>? with = null, (string Secret, DateTimeOffset? ExpireTime)[]? secrets = null, DateTimeOffset? time = null)
    {
        var webhook = with?.Invoke(Records.Webhook()) ?? Records.Webhook();
        var endpoint = new Endpoint(
            webhook, [Standard], secrets ?? [(Secret, null)], TimeSpan.FromSeconds(15));
        return RequestBuilder.Build(endpoint, Records.Delivery(), Event, time ?? Records.Time);
    }
}
