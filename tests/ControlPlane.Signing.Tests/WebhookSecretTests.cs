namespace ControlPlane.Signing.Tests;

public sealed class WebhookSecretTests
{
    /// <summary>Base64 of 24 bytes.</summary>
    private const string Key = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY";

    [Fact]
    public void Generate_Twice_GivesTwoValidSecretsOf32Bytes()
    {
        var (first, second) = (WebhookSecret.Generate(), WebhookSecret.Generate());

        Assert.NotEqual(first, second);
        Assert.StartsWith("whsec_", first);
        Assert.Equal(32, Convert.FromBase64String(first["whsec_".Length..]).Length);
        Assert.Empty(WebhookSecret.Validate(first));
    }

    [Theory]
    [InlineData(null, new[] { "SECRET_TOO_SHORT" })]
    [InlineData("1234567", new[] { "SECRET_TOO_SHORT" })]
    [InlineData("12345678", new string[0])]
    [InlineData("with space ~", new string[0])]
    [InlineData("with\ttab-------", new[] { "SECRET_NOT_PRINTABLE" })]
    [InlineData("sécret-sécret", new[] { "SECRET_NOT_PRINTABLE" })]
    [InlineData("a\r\n", new[] { "SECRET_TOO_SHORT", "SECRET_NOT_PRINTABLE" })]
    public void Validate_Secret_GivesItsReasons(string? secret, string[] reasons)
    {
        var problems = WebhookSecret.Validate(secret);

        Assert.Equal(reasons, problems.Select(p => p.Reason));
        Assert.All(problems, p => Assert.Equal("secret", p.Field));
    }

    [Theory]
    [InlineData(256, 0)]
    [InlineData(257, 1)]
    public void Validate_Length_IsAtMost256(int length, int problems) =>
        Assert.Equal(problems, WebhookSecret.Validate(new string('x', length)).Count);

    /// <summary>The documentation of the platform behind <c>gowa</c> has a secret of six.</summary>
    [Theory]
    [InlineData("string", 0, "gowa")]
    [InlineData("12345", 1, "gowa")]
    [InlineData("1234567", 1, "wahooks")]
    [InlineData("1234567", 1, "gowa", "github")]
    public void Validate_Length_IsAtLeastWhatTheDialectsTake(string secret, int problems, params string[] dialects) =>
        Assert.Equal(problems, WebhookSecret.Validate(secret, [.. dialects.Select(Sample.Dialect)]).Count);

    [Theory]
    [InlineData("whsec_" + Key, "standard-webhooks", null)]
    [InlineData(Key, "svix", null)]
    [InlineData("whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGQ", "wazapin", null)]
    [InlineData("v1,whsec_" + Key, "standard-webhooks", "SECRET_NOT_BASE64")]
    [InlineData("my own secret of some length", "svix", "SECRET_NOT_BASE64")]
    [InlineData("wsec_" + Key, "wazapin", "SECRET_NOT_BASE64")]
    [InlineData("whsec_ab cd", "svix", "SECRET_NOT_BASE64")]
    [InlineData("whsec_____AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY", "svix", "SECRET_NOT_BASE64")]
    [InlineData("whsec_AQIDBAUGBw==", "standard-webhooks", "SECRET_KEY_TOO_SHORT")]
    [InlineData("AQIDBAUGBwgJCgsMDQ4PEBESExQVFhc=", "svix", "SECRET_KEY_TOO_SHORT")]
    [InlineData("whsec_" + Key + Key + "AQIDBAUGBwgJCgsMDQ4PEA==", "wazapin", null)]
    [InlineData("whsec_" + Key + Key + Key, "wazapin", "SECRET_KEY_TOO_LONG")]
    [InlineData("my own secret of some length", "github", null)]
    [InlineData("whsec_AQIDBAUGBw==", "wachat", null)]
    [InlineData("string", "gowa", null)]
    [InlineData("whsec_AQIDBAUGBw==", "wawp-secret", null)]
    public void Validate_ForADialect_TakesWhatItsReceiversTake(string secret, string dialect, string? reason)
    {
        var found = WebhookSecret.Validate(secret, Sample.Dialect(dialect));

        Assert.Equal(reason is null ? [] : [reason], found.Select(p => p.Reason));
        Assert.All(found, p =>
        {
            Assert.DoesNotContain(secret, p.Message, StringComparison.Ordinal);
            Assert.Contains(dialect, p.Message, StringComparison.Ordinal);
            Assert.Contains("KEY_FORMAT_UTF8", p.Message, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(Key, "SECRET_NOT_BASE64")]
    [InlineData("whsec_" + Key, null)]
    public void Validate_BesideADialectOfText_WantsThePrefix(string secret, string? reason) => Assert.Equal(
        reason is null ? [] : [reason],
        WebhookSecret.Validate(secret, Sample.Dialect("svix"), Sample.Dialect("github")).Select(p => p.Reason));

    [Theory]
    [InlineData("whsec_AQIDBAUGBw==", 1)]
    [InlineData("whsec_AQIDBAUGBwg", 0)]
    [InlineData("my own secret", 0)]
    public void Validate_ForACustomDialectThatDecodes_WantsAKeyOfEightBytes(string secret, int problems) => Assert.Equal(
        Enumerable.Repeat("SECRET_KEY_TOO_SHORT", problems),
        WebhookSecret.Validate(secret, Sample.Dialect("svix") with { Name = "mine" }).Select(p => p.Reason));

    [Theory]
    [InlineData("AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGQ", "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGQ==", "svix")]
    [InlineData("whsec_" + Key, "whsec_" + Key, "standard-webhooks")]
    [InlineData(Key, Key, "github")]
    public void Normalize_GivesTheFormThatEveryLibraryTakes(string secret, string expected, string dialect) =>
        Assert.Equal(expected, WebhookSecret.Normalize(secret, [Sample.Dialect(dialect)]));

    [Theory]
    [InlineData("whsec_0123456789012345678901234567890123abcdef", "whsec_••••abcdef")]
    [InlineData("whsec_your_custom_secret", "whsec_••••cret")]
    [InlineData("whsec_12345678", "whsec_••••78")]
    [InlineData("whsec_ab", "whsec_••••")]
    [InlineData("0123456789abcdef", "••••cdef")]
    [InlineData("12345678", "••••78")]
    [InlineData("123", "••••")]
    [InlineData("", "••••")]
    public void Hint_Secret_ShowsItsEnd(string secret, string expected) => Assert.Equal(expected, WebhookSecret.Hint(secret));

    [Fact]
    public void Hint_AnySecret_ShowsAtMostAQuarter() =>
        Messages.Check(Messages.Text, secret =>
        {
            var shown = WebhookSecret.Hint(secret).Split("••••")[^1].Length;

            Assert.True(shown * 4 <= secret.Length);
        });
}
