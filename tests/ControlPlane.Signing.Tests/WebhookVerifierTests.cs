using Microsoft.Extensions.Time.Testing;
namespace ControlPlane.Signing.Tests;

public sealed class WebhookVerifierTests
{
    private static readonly SignedWebhook Standard = Sample.Sign(BuiltInDialects.StandardWebhooks, Sample.Request, Sample.WhsecSecret);

    private readonly FakeTimeProvider _clock = new(Sample.Time);

    [Theory]
    [InlineData(0, VerificationStatus.Valid)]
    [InlineData(300, VerificationStatus.Valid)]
    [InlineData(301, VerificationStatus.TimestampTooOld)]
    [InlineData(-300, VerificationStatus.Valid)]
    [InlineData(-301, VerificationStatus.TimestampTooNew)]
    public void Verify_SecondsSinceSigning_DecideByTheDefaultTolerance(int seconds, VerificationStatus expected)
    {
        var verifier = new WebhookVerifier(Sample.WhsecSecret, timeProvider: _clock);

        _clock.AdjustTime(Sample.Time.AddSeconds(seconds));

        Assert.Equal(expected, verifier.Verify(Standard.Headers, Standard.Body.Span).Status);
    }

    [Theory]
    [InlineData(2000, VerificationStatus.Valid)]
    [InlineData(2001, VerificationStatus.TimestampTooOld)]
    [InlineData(-2001, VerificationStatus.TimestampTooNew)]
    public void Verify_SignedMilliseconds_AreCountedAsSuch(int milliseconds, VerificationStatus expected)
    {
        var dialect = BuiltInDialects.Slack with { TimestampUnit = TimestampUnit.Milliseconds };
        var webhook = Sample.Sign(dialect, Sample.Request, Sample.Secret);
        _clock.AdjustTime(Sample.Time.AddMilliseconds(milliseconds));

        var verifier = new WebhookVerifier(Sample.Secret, dialect, TimeSpan.FromSeconds(2), _clock);

        Assert.Equal(expected, verifier.Verify(webhook.Headers, webhook.Body.Span).Status);
    }

    [Theory]
    [InlineData("waha", "X-Webhook-Timestamp")]
    [InlineData("gowa", "X-Webhook-Event")]
    public void Verify_UnsignedHeader_IsNotLookedAt(string name, string header)
    {
        var dialect = Sample.Dialect(name);
        var webhook = Sample.WithoutHeader(Sample.Sign(dialect, Sample.Request, Sample.Secret), header);
        _clock.AdjustTime(Sample.Time.AddYears(1));

        var verifier = new WebhookVerifier(Sample.Secret, dialect, timeProvider: _clock);

        Assert.True(verifier.Verify(webhook.Headers, webhook.Body.Span).IsValid);
    }

    [Theory]
    [InlineData("webhook-id")]
    [InlineData("webhook-timestamp")]
    [InlineData("webhook-signature")]
    public void Verify_HeaderMissingOrEmpty_IsNamed(string header)
    {
        var missing = Sample.Verify(BuiltInDialects.StandardWebhooks, Sample.WithoutHeader(Standard, header), Sample.WhsecSecret);
        var empty = Sample.Verify(BuiltInDialects.StandardWebhooks, Sample.WithHeader(Standard, header, " "), Sample.WhsecSecret);

        Assert.Equal(new VerificationResult(VerificationStatus.MissingHeader, $"The header '{header}' is missing."), missing);
        Assert.Equal(missing, empty);
    }

    [Theory]
    [InlineData("webhook-timestamp", "hello")]
    [InlineData("webhook-timestamp", "-1700000000")]
    [InlineData("webhook-timestamp", "1700000000.5")]
    [InlineData("webhook-timestamp", "99999999999999999999")]
    [InlineData("webhook-timestamp", "1700000000, 1700000000")]
    [InlineData("webhook-signature", "v1,")]
    [InlineData("webhook-signature", "v1,dawfeoifkpqwoekfpqoekf")]
    [InlineData("webhook-signature", "v2,+V9zyTi1Sb5+c1lvklAcohwP+1fAEFYCYuZhCAuCYjg=")]
    [InlineData("webhook-signature", "+V9zyTi1Sb5+c1lvklAcohwP+1fAEFYCYuZhCAuCYjg=")]
    public void Verify_HeaderOfAnotherForm_IsMalformed(string header, string value)
    {
        var result = Sample.Verify(BuiltInDialects.StandardWebhooks, Sample.WithHeader(Standard, header, value), Sample.WhsecSecret);

        Assert.Equal(VerificationStatus.MalformedHeader, result.Status);
        Assert.Contains($"'{header}'", result.Message);
    }

    [Theory]
    [InlineData("v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= {0}")]
    [InlineData("v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg== {0} v2,x")]
    [InlineData("{0}  v1,short")]
    public void Verify_ForeignSignaturesBeside_AreIgnored(string format)
    {
        var list = format.Replace("{0}", Sample.Header(Standard, "webhook-signature"));
        var webhook = Sample.WithHeader(Standard, "webhook-signature", list);

        var result = Sample.Verify(BuiltInDialects.StandardWebhooks, webhook, Sample.WhsecSecret);

        Assert.Equal(VerificationStatus.Valid, result.Status);
    }

    [Theory]
    [InlineData("v0=00,{0}", VerificationStatus.Valid)]
    [InlineData("{0},v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39", VerificationStatus.Valid)]
    [InlineData("{0},t=1", VerificationStatus.MalformedHeader)]
    [InlineData("t=1700000000", VerificationStatus.MalformedHeader)]
    public void Verify_StripeHeaderVariants_AreReadItemByItem(string format, VerificationStatus expected)
    {
        var webhook = Sample.Sign(BuiltInDialects.Stripe, Sample.Request, Sample.Secret);
        var value = format.Replace("{0}", Sample.Header(webhook, "Stripe-Signature"));

        var result = Sample.Verify(BuiltInDialects.Stripe, Sample.WithHeader(webhook, "Stripe-Signature", value), Sample.Secret);

        Assert.Equal(expected, result.Status);
    }

    [Fact]
    public void Verify_StripeWithoutTimestamp_NamesTheHeader()
    {
        var webhook = Sample.Sign(BuiltInDialects.Stripe, Sample.Request, Sample.Secret);
        var value = Sample.Header(webhook, "Stripe-Signature")["t=1700000000,".Length..];

        var result = Sample.Verify(BuiltInDialects.Stripe, Sample.WithHeader(webhook, "Stripe-Signature", value), Sample.Secret);

        Assert.Equal(VerificationStatus.MissingHeader, result.Status);
        Assert.Contains("'Stripe-Signature'", result.Message);
    }

    [Fact]
    public void Verify_TwoFamilies_OneIsEnoughButBothMustAgree()
    {
        var webhook = Sample.Sign(BuiltInDialects.Wazapin, Sample.Request, Sample.WhsecSecret);
        string[] family = ["svix-id", "svix-timestamp", "svix-signature"];
        var forged = $"v1,{Convert.ToBase64String(new byte[32])}";

        Assert.True(Sample.Verify(BuiltInDialects.Wazapin, family.Aggregate(webhook, Sample.WithoutHeader), Sample.WhsecSecret).IsValid);
        Assert.Equal(
            VerificationStatus.MalformedHeader,
            Sample.Verify(BuiltInDialects.Wazapin, Sample.WithHeader(webhook, "svix-id", "evt_02"), Sample.WhsecSecret).Status);
        Assert.Equal(
            VerificationStatus.SignatureMismatch,
            Sample.Verify(BuiltInDialects.Wazapin, Sample.WithHeader(webhook, "svix-signature", forged), Sample.WhsecSecret).Status);
    }

    [Fact]
    public void Verify_AnyKindOfLookup_FindsHeadersInAnyCase()
    {
        var verifier = new WebhookVerifier([Sample.WhsecSecret], timeProvider: _clock);
        var dictionary = Standard.Headers.ToDictionary(h => h.Key.ToUpperInvariant(), h => h.Value);
        using var request = new HttpRequestMessage();
        foreach (var (name, value) in Standard.Headers)
        {
            request.Headers.TryAddWithoutValidation(name.ToUpperInvariant(), value);
        }

        Assert.True(verifier.Verify(dictionary, Standard.Body.Span).IsValid);
        Assert.True(verifier.Verify(request.Headers, Standard.Body.Span).IsValid);
        Assert.True(verifier.Verify(name => dictionary.GetValueOrDefault(name.ToUpperInvariant()), Standard.Body.Span).IsValid);
    }

    [Fact]
    public void Verify_SurroundingWhiteSpace_IsNotPartOfTheValue()
    {
        var webhook = Standard with { Headers = [.. Standard.Headers.Select(h => KeyValuePair.Create(h.Key, $" {h.Value}\t"))] };

        Assert.True(Sample.Verify(BuiltInDialects.StandardWebhooks, webhook, Sample.WhsecSecret).IsValid);
    }

    [Fact]
    public void Verify_SecretAsSignature_NeedsTheWholeSecret()
    {
        var webhook = Sample.Sign(BuiltInDialects.WawpSecret, Sample.Request, " outer spaces ");

        Assert.Equal(" outer spaces ", Sample.Header(webhook, "X-Wawp-Signature"));
        Assert.True(Sample.Verify(BuiltInDialects.WawpSecret, webhook, " outer spaces ").IsValid);
        Assert.False(Sample.Verify(BuiltInDialects.WawpSecret, webhook, "outer space").IsValid);
        Assert.False(Sample.Verify(BuiltInDialects.WawpSecret, webhook, "outer spaces and more").IsValid);
    }

    [Fact]
    public void Constructor_WrongArguments_Throw()
    {
        Assert.Throws<ArgumentException>(() => new WebhookVerifier([]));
        Assert.Throws<ArgumentException>(() => new WebhookVerifier(""));
        Assert.Throws<ArgumentException>(() => new WebhookVerifier("secret-é", BuiltInDialects.WawpSecret));
        Assert.Throws<ArgumentException>(() => new WebhookVerifier("secret", new Dialect()));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WebhookVerifier("secret", tolerance: TimeSpan.FromSeconds(-5)));
    }
}
