using System.Security.Cryptography;
using System.Text;

namespace ControlPlane.Signing.Tests;

/// <summary>Which key bytes a secret stands for, seen through the signature.</summary>
public sealed class SigningKeyTests
{
    [Theory]
    [InlineData("whsec_AQIDBAUGBwgJCgsMDQ4PEA==", "AQIDBAUGBwgJCgsMDQ4PEA==")]
    [InlineData("whsec_AQIDBAUGBwgJCgsMDQ4PEA", "AQIDBAUGBwgJCgsMDQ4PEA==")]
    [InlineData("whsec_AQIDBAUGBwgJCgsMDQ4PEBE", "AQIDBAUGBwgJCgsMDQ4PEBE=")]
    [InlineData("whsec_AQIDBAUGBwgJCgsMDQ4PEBES", "AQIDBAUGBwgJCgsMDQ4PEBES")]
    [InlineData("whsec_++//++//", "++//++//")]
    public void FromSecret_WhsecAndBase64_IsDecoded(string secret, string key) =>
        Assert.Equal(Convert.FromBase64String(key), KeyBytes(BuiltInDialects.StandardWebhooks, secret));

    [Theory]
    [InlineData("whsec_your_custom_secret")] // underscores
    [InlineData("whsec_abcdefghi")] // no base64 has 4n + 1 digits
    [InlineData("whsec_AAAA AAAA")] // white space
    [InlineData("whsec_AAAA-_AA")] // the URL alphabet
    [InlineData("whsec_AAAAAA=")] // half the padding
    [InlineData("whsec_AAAA====")] // too much padding
    [InlineData("whsec_====")]
    [InlineData("whsec_AA==AAAA")]
    [InlineData("whsec_")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")] // base64 without the prefix
    [InlineData("WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("clé-secrète")]
    public void FromSecret_AnythingElse_IsUtf8OfTheWhole(string secret) =>
        Assert.Equal(Encoding.UTF8.GetBytes(secret), KeyBytes(BuiltInDialects.StandardWebhooks, secret));

    [Fact]
    public void FromSecret_Utf8Dialect_NeverDecodes() =>
        Assert.Equal(Encoding.UTF8.GetBytes(Sample.WhsecSecret), KeyBytes(BuiltInDialects.GitHub, Sample.WhsecSecret));

    [Fact]
    public void FromSecret_UnusableSecret_Throws()
    {
        Assert.Throws<ArgumentException>(() => SigningKey.FromSecret(BuiltInDialects.Svix, ""));
        Assert.Throws<ArgumentException>(() => SigningKey.FromSecret(BuiltInDialects.WawpSecret, "two\r\nlines"));
    }

    [Fact]
    public void FromSecret_DialectsOfOneKind_ShareTheKey()
    {
        var key = SigningKey.FromSecret(BuiltInDialects.StandardWebhooks, Sample.WhsecSecret);

        var webhook = new WebhookSigner(BuiltInDialects.Wazapin).Sign(Sample.Request, key);

        Assert.True(Sample.Verify(BuiltInDialects.Svix, webhook, Sample.WhsecSecret).IsValid);
    }

    [Fact]
    public void ToString_Key_DoesNotShowTheSecret() =>
        Assert.DoesNotContain("hidden", SigningKey.FromSecret(BuiltInDialects.WawpSecret, "hidden-secret").ToString());

    /// <summary>The secret's UTF-8 or the decoded bytes, whichever signs the body as the dialect did.</summary>
    private static byte[] KeyBytes(Dialect dialect, string secret)
    {
        var bodyOnly = dialect with { SignedContent = "{body}", Encoding = SignatureEncoding.Hex, Headers = [new("x", "{sig}")] };
        var signature = Sample.Header(Sample.Sign(bodyOnly, Sample.Request, secret), "x");
        var text = secret.StartsWith("whsec_") ? secret[6..] : secret;
        byte[][] candidates = [Encoding.UTF8.GetBytes(secret), Decoded(text), Decoded(text + "="), Decoded(text + "==")];
        return candidates.First(
            key => key.Length > 0 && Convert.ToHexStringLower(HMACSHA256.HashData(key, Sample.Payload)) == signature);
    }

    private static byte[] Decoded(string text)
    {
        var buffer = new byte[text.Length];
        return Convert.TryFromBase64String(text, buffer, out var length) ? buffer[..length] : [];
    }
}
