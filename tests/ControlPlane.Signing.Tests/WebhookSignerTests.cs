using System.Security.Cryptography;
using System.Text;

namespace ControlPlane.Signing.Tests;

public sealed class WebhookSignerTests
{
    [Theory]
    [InlineData(null, "application/json")]
    [InlineData("", "application/json")]
    [InlineData("text/plain; charset=utf-8", "text/plain; charset=utf-8")]
    [InlineData("text/plain\r\nX-Evil: 1", "application/octet-stream")]
    public void Sign_ContentType_IsPassedOnWhenSafe(string? given, string expected) =>
        Assert.Equal(
            expected, Sample.Sign(BuiltInDialects.GitHub, Sample.Request with { ContentType = given }, Sample.Secret).ContentType);

    [Fact]
    public void Sign_Envelope_ContentTypeIsJson() =>
        Assert.Equal(
            "application/json",
            Sample.Sign(BuiltInDialects.Gowa, Sample.Request with { ContentType = "text/plain" }, Sample.Secret).ContentType);

    [Fact]
    public void Sign_OptionalValuesLeftOut_HaveTheirDefaults()
    {
        var request = Sample.Request with { DeliveryId = null, WebhookId = null, Instance = null, CreateTime = null };

        var waha = Sample.Sign(BuiltInDialects.Waha, request, Sample.Secret);
        var wachat = Sample.Sign(BuiltInDialects.Wachat, request, Sample.Secret);

        Assert.Equal("evt_01", Sample.Header(waha, "X-Webhook-Request-Id"));
        Assert.StartsWith(
            """{"id":"evt_01","timestamp":1700000000123,"event":"message.new","session":"",""",
            Encoding.UTF8.GetString(waha.Body.Span));
        Assert.Equal("", Sample.Header(wachat, "X-Wachat-Webhook-Id"));
    }

    [Fact]
    public void Sign_RetryOfTheSameEvent_ChangesTimeAndSignatureOnly()
    {
        var first = Sample.Sign(BuiltInDialects.Waha, Sample.Request, Sample.Secret);
        var retry = Sample.Sign(BuiltInDialects.Waha, Sample.Request with { Timestamp = Sample.Time.AddMinutes(5) }, Sample.Secret);

        Assert.Equal(first.Body.ToArray(), retry.Body.ToArray());
        Assert.Equal(
            ["X-Webhook-Timestamp"],
            first.Headers.Zip(retry.Headers).Where(pair => pair.First.Value != pair.Second.Value).Select(pair => pair.First.Key));
    }

    [Fact]
    public void Sign_LongSignedValues_AreSignedWhole()
    {
        var id = new string('i', 5000);
        var content = Encoding.UTF8.GetBytes($"{id}.1700000000.{Encoding.UTF8.GetString(Sample.Payload)}");

        var webhook = Sample.Sign(BuiltInDialects.StandardWebhooks, Sample.Request with { MessageId = id }, Sample.Secret);

        Assert.Equal(
            $"v1,{Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Sample.Secret), content))}",
            Sample.Header(webhook, "webhook-signature"));
    }

    [Fact]
    public void Sign_ManyThreadsOneKey_GiveTheSameAsOne()
    {
        var signer = new WebhookSigner(BuiltInDialects.StandardWebhooks);
        var key = SigningKey.FromSecret(BuiltInDialects.StandardWebhooks, Sample.WhsecSecret);
        var requests = Enumerable.Range(0, 2000).Select(i => Sample.Request with { MessageId = $"evt_{i}" }).ToArray();
        var expected = requests.Select(r => Sample.Sign(BuiltInDialects.StandardWebhooks, r, Sample.WhsecSecret).Headers[2]).ToArray();

        var actual = new KeyValuePair<string, string>[requests.Length];
        Parallel.For(0, requests.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 },
            i => actual[i] = signer.Sign(requests[i], key).Headers[2]);

        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Sign_WrongArguments_Throw()
    {
        var signer = new WebhookSigner(BuiltInDialects.StandardWebhooks);
        var key = SigningKey.FromSecret(BuiltInDialects.StandardWebhooks, Sample.Secret);

        Assert.Throws<ArgumentException>(() => signer.Sign(Sample.Request));
        Assert.Throws<ArgumentException>(() => signer.Sign(Sample.Request, SigningKey.FromSecret(BuiltInDialects.Slack, Sample.Secret)));
        Assert.Throws<ArgumentException>(() => signer.Sign(Sample.Request with { MessageId = "" }, key));
        Assert.Throws<ArgumentNullException>(() => signer.Sign(default, key));
        Assert.Throws<ArgumentException>(() => new WebhookSigner(new Dialect { Headers = [new("x", "{nothing}")] }));
    }
}
