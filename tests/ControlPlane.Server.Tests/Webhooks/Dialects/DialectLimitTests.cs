using ControlPlane.Signing;
using ControlPlane.V1;

namespace ControlPlane.Server.Tests.Webhooks.Dialects;

public sealed class DialectLimitTests
{
    private const string Path = "webhook.custom_dialect";

    private static readonly Dictionary<string, (Action<CreateWebhookRequest> Change, string[] Expected)> Wrong = new()
    {
        ["both"] = (r => r.Webhook.Dialect = "svix", [$"{Path} EXCLUSIVE"]),
        ["name"] = (r => Of(r).Name = "Größe", [$"{Path}.name NAME_INVALID"]),
        ["long name"] = (r => Of(r).Name = new('x', 65), [$"{Path}.name NAME_INVALID"]),
        ["key format"] = (r => Of(r).KeyFormat = (CustomDialect.Types.KeyFormat)3, [$"{Path}.key_format VALUE_UNKNOWN"]),
        ["algorithm"] = (r => Of(r).Algorithm = (CustomDialect.Types.Algorithm)(-1), [$"{Path}.algorithm VALUE_UNKNOWN"]),
        ["encoding"] = (r => Of(r).Encoding = (CustomDialect.Types.Encoding)int.MaxValue, [$"{Path}.encoding VALUE_UNKNOWN"]),
        ["join"] = (r => Of(r).SignatureJoin = (CustomDialect.Types.SignatureJoin)4, [$"{Path}.signature_join VALUE_UNKNOWN"]),
        ["unit"] = (r => Of(r).TimestampUnit = (CustomDialect.Types.TimestampUnit)3, [$"{Path}.timestamp_unit VALUE_UNKNOWN"]),
        ["join of secrets"] = (
            r => (Of(r).Algorithm, Of(r).SignatureJoin, Of(r).Headers[0].Value) =
                (CustomDialect.Types.Algorithm.None, CustomDialect.Types.SignatureJoin.SpaceSeparated, "{sig}"),
            [$"{Path}.signature_join JOIN_NOT_ALLOWED"]),
        ["signed content"] = (r => Of(r).SignedContent = "{ts}", [$"{Path}.signed_content BODY_NOT_ONCE"]),
        ["signed, not sent"] = (r => Of(r).SignedContent = "{id}{body}", [$"{Path}.signed_content SIGNED_VALUE_NOT_SENT"]),
        ["long content"] = (r => Of(r).SignedContent = "{body}" + new string('x', 1_019), [$"{Path}.signed_content TOO_LONG"]),
        ["long content that is not signed"] = (
            r => (Of(r).Algorithm, Of(r).SignedContent, Of(r).Headers[0].Value) =
                (CustomDialect.Types.Algorithm.None, new string('x', 1_025), "{sig}"),
            [$"{Path}.signed_content TOO_LONG"]),
        ["envelope"] = (r => Of(r).Envelope = """{"event":{event},"data":{payload}}""", [$"{Path}.envelope NOT_JSON"]),
        ["no payload"] = (r => Of(r).Envelope = "{}", [$"{Path}.envelope PAYLOAD_NOT_ONCE"]),
        ["long envelope"] = (r => Of(r).Envelope = "{payload}" + new string(' ', 8_184), [$"{Path}.envelope TOO_LONG"]),
        ["no headers"] = (
            r => Of(r).Headers.Clear(), [$"{Path}.headers SIGNATURE_NOT_SENT", $"{Path}.signed_content SIGNED_VALUE_NOT_SENT"]),
        ["33 headers"] = (r => Add(r, 32), [$"{Path}.headers TOO_MANY"]),
        ["header name"] = (r => Of(r).Headers.Add(Header("X Y", "1")), [$"{Path}.headers[1].name HEADER_NAME_INVALID"]),
        ["header value"] = (r => Of(r).Headers.Add(Header("X-Y", "a\r\nb: c")), [$"{Path}.headers[1].value HEADER_VALUE_INVALID"]),
        ["host"] = (r => Of(r).Headers.Add(Header("Host", "1")), [$"{Path}.headers[1].name HEADER_NAME_RESERVED"]),
        ["content type"] = (r => Of(r).Headers.Add(Header("content-type", "1")), [$"{Path}.headers[1].name HEADER_NAME_RESERVED"]),
        ["header twice"] = (r => Of(r).Headers.Add(Header("x-acme", "1")), [$"{Path}.headers[1].name HEADER_NAME_DUPLICATE"]),
        ["own header"] = (r => r.Webhook.Headers["x-ACME"] = "1", ["webhook.headers[\"x-ACME\"] HEADER_NAME_RESERVED"]),
        ["own trace header"] = (
            r => (r.Webhook.SendTraceContext, r.Webhook.Headers["TraceParent"]) = (true, "1"), ["webhook.send_trace_context EXCLUSIVE"]),
        ["trace header of the dialect"] = (
            r =>
            {
                r.Webhook.SendTraceContext = true;
                Of(r).Headers.Add(Header("tracestate", "1"));
            },
            ["webhook.send_trace_context EXCLUSIVE"]),
        ["own header of additional"] = (
            r => (r.Webhook.AdditionalDialect, r.Webhook.Headers["stripe-signature"]) = ("stripe", "1"),
            ["webhook.headers[\"stripe-signature\"] HEADER_NAME_RESERVED"]),
        ["additional"] = (r => r.Webhook.AdditionalDialect = "Svix", ["webhook.additional_dialect DIALECT_UNKNOWN"]),
        ["additional beside custom"] = (
            r =>
            {
                Of(r).Headers.Add(Header("svix-ID", "x{id}"));
                r.Webhook.AdditionalDialect = "svix";
            },
            ["webhook.additional_dialect HEADER_CONFLICT"]),
        ["same twice"] = (r => Plain(r, "", "standard-webhooks"), ["webhook.additional_dialect DUPLICATE"]),
        ["conflict"] = (r => Plain(r, "wawp", "wawp-secret"), ["webhook.additional_dialect HEADER_CONFLICT"]),
        ["both unknown"] = (
            r => Plain(r, "a", "b"), ["webhook.dialect DIALECT_UNKNOWN", "webhook.additional_dialect DIALECT_UNKNOWN"]),
        ["7-byte key"] = (r => Plain(r, "", "", "whsec_AQIDBAUGBw=="), ["secret SECRET_KEY_TOO_SHORT"]),
        ["plain text"] = (r => Plain(r, "", "", "my own secret of some length"), ["secret SECRET_NOT_BASE64"]),
        ["another prefix"] = (r => Plain(r, "wazapin", "", "v1,whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY"), ["secret SECRET_NOT_BASE64"]),
        ["no prefix beside text"] = (r => Plain(r, "svix", "github", "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY"), ["secret SECRET_NOT_BASE64"]),
        ["7-byte key for additional"] = (r => Plain(r, "stripe", "svix", "whsec_AQIDBAUGBw"), ["secret SECRET_KEY_TOO_SHORT"]),
    };

    private static readonly Dictionary<string, Action<CreateWebhookRequest>> Right = new()
    {
        ["least"] = r => { },
        ["everything at its limit"] = r =>
        {
            Of(r).Name = new('x', 64);
            Of(r).SignedContent = "{body}" + new string('x', 1_018);
            Of(r).Envelope = "{payload}" + new string(' ', 8_183);
            Add(r, 31);
        },
        ["24-byte key"] = r => Plain(r, "", "", "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY"),
        ["24-byte key without prefix"] = r => Plain(r, "svix", "", "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY"),
        ["7 bytes, not decoded"] = r => Plain(r, "stripe", "github", "whsec_AQIDBAUGBw=="),
        ["7 bytes, sent as they are"] = r => Plain(r, "wawp-secret", "", "whsec_AQIDBAUGBw=="),
        ["not base64 where it is text"] = r => Plain(r, "stripe", "", "whsec_a!"),
        ["the same headers"] = r => Plain(r, "wazapin", "svix"),
    };

    public static TheoryData<string> Wrongs => [.. Wrong.Keys];

    public static TheoryData<string> Rights => [.. Right.Keys];

    [Theory, MemberData(nameof(Wrongs))]
    public void Accept_Wrong_NamesTheField(string name) =>
        Assert.Equal(Wrong[name].Expected, Sample.ViolationsOf(r => Change(r, Wrong[name].Change)));

    [Theory, MemberData(nameof(Rights))]
    public void Accept_Right_Passes(string name) => Assert.Empty(Sample.ViolationsOf(r => Change(r, Right[name])));

    [Fact]
    public void Accept_SeveralWrong_AllNamed() => Assert.Equal(
        [$"{Path}.encoding VALUE_UNKNOWN", $"{Path}.name NAME_INVALID", $"{Path}.envelope NOT_JSON", "webhook.headers[\"a b\"] HEADER_NAME_INVALID"],
        Sample.ViolationsOf(r => Change(r, _ =>
        {
            (Of(r).Encoding, Of(r).Name, Of(r).Envelope) = ((CustomDialect.Types.Encoding)9, "!", "{payload}}");
            r.Webhook.Headers["a b"] = "";
        })));

    [Fact]
    public void Accept_EveryBuiltInDialectWrittenAsACustomOne_Passes()
    {
        foreach (var dialect in BuiltInDialects.All)
        {
            Assert.Empty(Sample.ViolationsOf(r => r.Webhook.CustomDialect = new()
            {
                Name = dialect.Name,
                KeyFormat = (CustomDialect.Types.KeyFormat)(dialect.KeyFormat + 1),
                Algorithm = (CustomDialect.Types.Algorithm)(dialect.Algorithm + 1),
                SignedContent = dialect.SignedContent,
                Encoding = (CustomDialect.Types.Encoding)(dialect.Encoding + 1),
                SignatureJoin = (CustomDialect.Types.SignatureJoin)(dialect.SignatureJoin + 1),
                TimestampUnit = (CustomDialect.Types.TimestampUnit)(dialect.TimestampUnit + 1),
                Envelope = dialect.Envelope ?? "",
                Headers = { dialect.Headers.Select(h => Header(h.Name, h.Value)) },
            }));
        }
    }

    private static CustomDialect Of(CreateWebhookRequest request) => request.Webhook.CustomDialect;

    private static CustomDialect.Types.Header Header(string name, string value) => new() { Name = name, Value = value };

    private static void Add(CreateWebhookRequest request, int count) =>
        Of(request).Headers.Add(Enumerable.Range(0, count).Select(i => Header($"X-{i}", "1")));

    private static void Change(CreateWebhookRequest request, Action<CreateWebhookRequest> change)
    {
        request.Webhook.CustomDialect = new() { SignedContent = "{ts}.{body}", Headers = { Header("X-Acme", "t={ts},v1={sig}") } };
        change(request);
    }

    private static void Plain(CreateWebhookRequest request, string dialect, string additional, string secret = "")
    {
        request.Webhook.CustomDialect = null;
        (request.Webhook.Dialect, request.Webhook.AdditionalDialect, request.Secret) = (dialect, additional, secret);
    }
}
