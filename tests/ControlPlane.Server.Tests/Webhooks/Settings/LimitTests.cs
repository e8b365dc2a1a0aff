using ControlPlane.Server.Api.Errors;
using ControlPlane.V1;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Tests.Webhooks.Settings;

/// <summary>Every limit that the contract states for a webhook, from both sides.</summary>
public sealed class LimitTests
{
    private static readonly Dictionary<string, (Action<CreateWebhookRequest> Change, string Expected)> Wrong = new()
    {
        ["no webhook"] = (r => r.Webhook = null, "webhook REQUIRED"),
        ["no url"] = (r => r.Webhook.Url = "", "webhook.url URL_EMPTY"),
        ["http"] = (r => r.Webhook.Url = "http://example.com/", "webhook.url URL_NOT_HTTPS"),
        ["loopback"] = (r => r.Webhook.Url = "https://127.0.0.1/", "webhook.url URL_ADDRESS_BLOCKED"),
        ["user info"] = (r => r.Webhook.Url = "https://a:b@example.com/", "webhook.url URL_HAS_USERINFO"),
        ["fragment"] = (r => r.Webhook.Url = "https://example.com/#x", "webhook.url URL_HAS_FRAGMENT"),
        ["long url"] = (r => r.Webhook.Url = "https://example.com/" + new string('a', 2029), "webhook.url URL_TOO_LONG"),
        ["long name"] = (r => r.Webhook.Name = new string('x', 201), "webhook.name TOO_LONG"),
        ["line break in name"] = (r => r.Webhook.Name = "a\nb", "webhook.name INVALID_CHARACTERS"),
        ["override in name"] = (r => r.Webhook.Name = "a\u202Eb", "webhook.name INVALID_CHARACTERS"),
        ["half a pair in name"] = (r => r.Webhook.Name = "a\uD83Db", "webhook.name INVALID_CHARACTERS"),
        ["no event types"] = (r => r.Webhook.EventTypes.Clear(), "webhook.event_types REQUIRED"),
        ["many event types"] = (r => Fill(r.Webhook.EventTypes, 200), "webhook.event_types TOO_MANY"),
        ["duplicate event type"] = (r => r.Webhook.EventTypes.Add("message.new"), "webhook.event_types[1] DUPLICATE"),
        ["bad event type"] = (r => r.Webhook.EventTypes.Add("a b"), "webhook.event_types[1] EVENT_TYPE_INVALID"),
        ["many instances"] = (r => Fill(r.Webhook.Instances, 201), "webhook.instances TOO_MANY"),
        ["empty instance"] = (r => r.Webhook.Instances.Add(["a", ""]), "webhook.instances[1] EMPTY"),
        ["long instance"] = (r => r.Webhook.Instances.Add(new string('x', 257)), "webhook.instances[0] TOO_LONG"),
        ["control in instance"] = (r => r.Webhook.Instances.Add("a\0"), "webhook.instances[0] INVALID_CHARACTERS"),
        ["dialect"] = (r => r.Webhook.Dialect = "Svix", "webhook.dialect DIALECT_UNKNOWN"),
        ["many headers"] = (r => Fill(r.Webhook.Headers, 33), "webhook.headers TOO_MANY"),
        ["long header name"] = (
            r => r.Webhook.Headers[new string('x', 129)] = "", $"webhook.headers[\"{new string('x', 128)}\"] HEADER_NAME_INVALID"),
        ["header name"] = (r => r.Webhook.Headers["x y"] = "", "webhook.headers[\"x y\"] HEADER_NAME_INVALID"),
        ["empty header name"] = (r => r.Webhook.Headers[""] = "", "webhook.headers[\"\"] HEADER_NAME_INVALID"),
        ["long header value"] = (r => r.Webhook.Headers["x"] = new string('x', 2049), "webhook.headers[\"x\"] TOO_LONG"),
        ["line break in header"] = (r => r.Webhook.Headers["x"] = "a\r\nb: c", "webhook.headers[\"x\"] HEADER_VALUE_INVALID"),
        ["not ASCII in header"] = (r => r.Webhook.Headers["x"] = "é", "webhook.headers[\"x\"] HEADER_VALUE_INVALID"),
        ["short timeout"] = (r => r.Webhook.Timeout = Sample.Seconds(0.999), "webhook.timeout OUT_OF_RANGE"),
        ["long timeout"] = (r => r.Webhook.Timeout = Sample.Seconds(60.001), "webhook.timeout OUT_OF_RANGE"),
        ["impossible timeout"] = (
            r => r.Webhook.Timeout = new Duration { Seconds = 5, Nanos = int.MaxValue }, "webhook.timeout OUT_OF_RANGE"),
        ["contrary timeout"] = (r => r.Webhook.Timeout = new Duration { Seconds = 5, Nanos = -1 }, "webhook.timeout OUT_OF_RANGE"),
        ["endless timeout"] = (r => r.Webhook.Timeout = new Duration { Seconds = long.MaxValue }, "webhook.timeout OUT_OF_RANGE"),
        ["negative in flight"] = (r => r.Webhook.MaxInFlight = -1, "webhook.max_in_flight OUT_OF_RANGE"),
        ["unknown head of line"] = (r => r.Webhook.HeadOfLine = (HeadOfLine)9, "webhook.head_of_line UNKNOWN_VALUE"),
        ["many in flight"] = (r => r.Webhook.MaxInFlight = 1025, "webhook.max_in_flight OUT_OF_RANGE"),
        ["negative rate"] = (r => r.Webhook.MaxRatePerSecond = -0.1, "webhook.max_rate_per_second OUT_OF_RANGE"),
        ["high rate"] = (r => r.Webhook.MaxRatePerSecond = 100_000.1, "webhook.max_rate_per_second OUT_OF_RANGE"),
        ["no number"] = (r => r.Webhook.MaxRatePerSecond = double.NaN, "webhook.max_rate_per_second OUT_OF_RANGE"),
        ["many labels"] = (r => Fill(r.Webhook.Labels, 65), "webhook.labels TOO_MANY"),
        ["empty label key"] = (r => r.Webhook.Labels[""] = "x", "webhook.labels[\"\"] EMPTY"),
        ["long label key"] = (r => r.Webhook.Labels[new string('k', 64)] = "", $"webhook.labels[\"{new string('k', 64)}\"] TOO_LONG"),
        ["long label value"] = (r => r.Webhook.Labels["k"] = new string('x', 257), "webhook.labels[\"k\"] TOO_LONG"),
        ["control in label"] = (r => r.Webhook.Labels["k"] = "\u007f", "webhook.labels[\"k\"] INVALID_CHARACTERS"),
        ["long description"] = (r => r.Webhook.Description = new string('x', 1001), "webhook.description TOO_LONG"),
        ["control in description"] = (r => r.Webhook.Description = "\u001b[2J", "webhook.description INVALID_CHARACTERS"),
        ["long external id"] = (r => r.Webhook.ExternalId = new string('x', 257), "webhook.external_id TOO_LONG"),
        ["long request id"] = (r => r.RequestId = new string('x', 129), "request_id TOO_LONG"),
        ["control in request id"] = (r => r.RequestId = "a\n", "request_id INVALID_CHARACTERS"),
        ["short secret"] = (r => r.Secret = "1234567", "secret SECRET_TOO_SHORT"),
        ["long secret"] = (r => r.Secret = new string('x', 257), "secret SECRET_TOO_LONG"),
        ["unprintable secret"] = (r => r.Secret = "12345678\n", "secret SECRET_NOT_PRINTABLE"),
    };

    private static readonly Dictionary<string, Action<CreateWebhookRequest>> Right = new()
    {
        ["everything set"] = r => r.Webhook = Sample.Full(),
        ["longest url"] = r => r.Webhook.Url = "https://example.com/" + new string('a', 2028),
        ["longest name"] = r => r.Webhook.Name = string.Concat(Enumerable.Repeat("🎉", 200)),
        ["most event types"] = r => Fill(r.Webhook.EventTypes, 199),
        ["most instances"] = r => Fill(r.Webhook.Instances, 200),
        ["longest instance"] = r => r.Webhook.Instances.Add(new string('x', 256)),
        ["most headers"] = r => Fill(r.Webhook.Headers, 32),
        ["longest header"] = r => r.Webhook.Headers[new string('x', 128)] = new string('x', 2048),
        ["shortest timeout"] = r => r.Webhook.Timeout = Sample.Seconds(1),
        ["longest timeout"] = r => r.Webhook.Timeout = Sample.Seconds(60),
        ["most in flight"] = r => r.Webhook.MaxInFlight = 1024,
        ["highest rate"] = r => r.Webhook.MaxRatePerSecond = 100_000,
        ["most labels"] = r => Fill(r.Webhook.Labels, 64),
        ["longest label"] = r => r.Webhook.Labels[new string('k', 63)] = new string('x', 256),
        ["longest description"] = r => r.Webhook.Description = new string('x', 999) + "\n",
        ["longest external id"] = r => r.Webhook.ExternalId = new string('x', 256),
        ["longest request id"] = r => r.RequestId = new string('x', 128),
        ["shortest secret"] = r => (r.Secret, r.Webhook.Dialect) = ("12 45678", "github"),
        ["longest secret"] = r => (r.Secret, r.Webhook.Dialect) = (new string('x', 256), "github"),
    };

    public static TheoryData<string> WrongCases => [.. Wrong.Keys];

    public static TheoryData<string> RightCases => [.. Right.Keys];

    [Theory, MemberData(nameof(WrongCases))]
    public void Accept_OutsideLimit_NamesFieldAndReason(string name) =>
        Assert.Equal([Wrong[name].Expected], Sample.ViolationsOf(Wrong[name].Change));

    [Theory, MemberData(nameof(RightCases))]
    public void Accept_AtLimit_Passes(string name) => Assert.Empty(Sample.ViolationsOf(Right[name]));

    [Theory]
    [InlineData("Connection"), InlineData("keep-alive"), InlineData("TE"), InlineData("trailer"), InlineData("Transfer-Encoding")]
    [InlineData("upgrade"), InlineData("proxy-authorization"), InlineData("proxy-connection"), InlineData("HOST"), InlineData("expect")]
    [InlineData("content-type"), InlineData("Content-Anything"), InlineData("User-Agent"), InlineData("webhook-x"), InlineData("Svix-Id")]
    [InlineData("x-wachat-event"), InlineData("X-WACHAT-SIGNATURE")]
    public void Accept_ReservedHeader_Refused(string header) => Assert.Equal(
        [$"webhook.headers[\"{header}\"] HEADER_NAME_RESERVED"],
        Sample.ViolationsOf(r =>
        {
            r.Webhook.Dialect = "wachat";
            r.Webhook.Headers[header] = "x";
        }));

    [Fact]
    public void Accept_AllFieldsTogetherTooLarge_Refused()
    {
        Assert.Equal(["webhook TOO_LARGE"], Sample.ViolationsOf(r => r.Webhook = Large(40).Webhook));
        Assert.Empty(Sample.ViolationsOf(r => r.Webhook = Large(25).Webhook));
    }

    [Fact]
    public void Accept_UpdateOfWhatIsTooLargeAlready_MayNotMakeItLarger()
    {
        var stored = Large(40).Webhook;
        var smaller = new UpdateWebhookRequest { Webhook = new() { Name = "n" }, UpdateMask = new() { Paths = { "instances", "name" } } };
        Assert.Empty(Sample.Validator.Accept(smaller, stored).Instances);
        var larger = new UpdateWebhookRequest { Webhook = new() { Name = new string('n', 200) }, UpdateMask = new() { Paths = { "name" } } };
        Assert.Throws<RequestException>(() => Sample.Validator.Accept(larger, stored));
    }

    [Fact]
    public void Accept_HeaderOfAnotherDialect_Passes() => Assert.Empty(Sample.ViolationsOf(r => r.Webhook.Headers["X-Wachat-Event"] = "x"));

    [Fact]
    public void Accept_HeadersDifferingInCase_Refused() => Assert.Equal(
        ["webhook.headers[\"X-A\"] DUPLICATE"],
        Sample.ViolationsOf(r =>
        {
            r.Webhook.Headers["x-a"] = "1";
            r.Webhook.Headers["X-A"] = "2";
        }));

    [Fact]
    public void Accept_EverythingWrong_NamesAllAtOnce()
    {
        var found = Sample.ViolationsOf(r =>
        {
            foreach (var (change, _) in Wrong.Where(w => w.Key is "http" or "long name" or "bad event type" or "dialect"
                or "long timeout" or "short secret" or "long request id").Select(w => w.Value))
            {
                change(r);
            }
        });
        Assert.Equal(
            [
                "webhook.name TOO_LONG", "webhook.url URL_NOT_HTTPS", "webhook.event_types[1] EVENT_TYPE_INVALID",
                "webhook.dialect DIALECT_UNKNOWN", "webhook.timeout OUT_OF_RANGE", "secret SECRET_TOO_SHORT", "request_id TOO_LONG",
            ],
            found);
    }

    /// <summary>With about so many kilobytes.</summary>
    private static CreateWebhookRequest Large(int kilobytes) => new()
    {
        Webhook = Sample.Webhook(webhook => webhook.Instances.Add(
            Enumerable.Range(0, kilobytes * 4).Select(i => $"{i:D4}".PadRight(250, 'x')))),
    };

    private static void Fill(RepeatedField<string> list, int count)
    {
        for (var i = 0; i < count; i++)
        {
            list.Add($"entry{i}");
        }
    }

    private static void Fill(MapField<string, string> map, int count)
    {
        for (var i = 0; i < count; i++)
        {
            map.Add($"entry{i}", "x");
        }
    }
}
