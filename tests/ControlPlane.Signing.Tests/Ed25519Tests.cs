using Org.BouncyCastle.Math.EC.Rfc8032;
using Receivers;

namespace ControlPlane.Signing.Tests;

/// <summary>Signatures with key pairs, as the receiver that the docs show verifies them.</summary>
public sealed class Ed25519Tests
{
    private static readonly byte[] First = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private static readonly byte[] Second = [.. Enumerable.Range(33, 32).Select(i => (byte)i)];

    public static TheoryData<string> DialectNames { get; } = ["standard-webhooks", "svix", "wazapin"];

    [Theory, MemberData(nameof(DialectNames))]
    public void Sign_KeyPairAndSharedSecret_EachVerifiesItsOwn(string name)
    {
        var dialect = Sample.Dialect(name);
        var webhook = Sign(dialect, KeyOf(First), SigningKey.FromSecret(dialect, Sample.WhsecSecret), KeyOf(Second));
        Assert.True(Verify(webhook, First));
        Assert.True(Verify(webhook, Second));
        Assert.False(Verify(webhook, [.. First.Reverse()]));
        Assert.False(Verify(webhook with { Body = (byte[])[.. webhook.Body.Span, (byte)' '] }, First));
        Assert.True(Sample.Verify(dialect, webhook, Sample.WhsecSecret).IsValid);
        Assert.Equal(["v1a", "v1", "v1a"], HeaderOf(webhook, "signature")!.Split(' ').Select(part => part.Split(',')[0]));
    }

    [Fact]
    public void Sign_KeyPairAlone_IsNoHmac() => Assert.False(
        Sample.Verify(BuiltInDialects.StandardWebhooks, Sign(BuiltInDialects.StandardWebhooks, KeyOf(First)), Sample.WhsecSecret).IsValid);

    [Fact]
    public void TakesEd25519_OnlyWhereVersionsTellSignaturesApart()
    {
        Assert.Equal(DialectNames.Select(row => row.Data), BuiltInDialects.All.Where(dialect => dialect.TakesEd25519).Select(dialect => dialect.Name));
        Assert.False((BuiltInDialects.StandardWebhooks with { Envelope = "{payload}" }).TakesEd25519);
        Assert.Throws<ArgumentException>(() => Sign(BuiltInDialects.GitHub, KeyOf(First)));
    }

    [Fact]
    public void Hint_OfAPrivateKey_ShowsAQuarterAtMost() =>
        Assert.Equal("whsk_••••abcdef", WebhookSecret.Hint("whsk_" + new string('A', 82) + "abcdef"));

    private static SigningKey KeyOf(byte[] seed) => SigningKey.FromEd25519((message, signature) => Ed25519.Sign(seed, message, signature));

    private static SignedWebhook Sign(Dialect dialect, params SigningKey[] keys) =>
        new WebhookSigner(dialect).Sign(Sample.Request with { Timestamp = TimeProvider.System.GetUtcNow() }, keys);

    private static bool Verify(SignedWebhook webhook, byte[] seed)
    {
        var publicKey = new byte[32];
        Ed25519.GeneratePublicKey(seed, publicKey);
        return StandardEd25519.Verify(
            "whpk_" + Convert.ToBase64String(publicKey), name => HeaderOf(webhook, name["webhook-".Length..]), webhook.Body.ToArray());
    }

    /// <summary>Of the first family of headers, whatever it is called.</summary>
    private static string? HeaderOf(SignedWebhook webhook, string name) =>
        webhook.Headers.First(header => header.Key.EndsWith("-" + name, StringComparison.Ordinal)).Value;
}
