namespace ControlPlane.Signing.Tests;

public sealed class WebhookSecretTests
{
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

    [Theory]
    [InlineData("whsec_AQIDBAUGBw==", "standard-webhooks", 1)]
    [InlineData("whsec_AQIDBAUGBw", "wazapin", 1)]
    [InlineData("whsec_AQIDBAUGBwg", "svix", 0)]
    [InlineData("whsec_AQIDBAUGBw==", "wachat", 0)]
    [InlineData("whsec_AQIDBAUGBw==", "wawp-secret", 0)]
    [InlineData("AQIDBAUGBw==", "svix", 0)]
    [InlineData("whsec_ab cd", "svix", 0)]
    public void Validate_ForADialect_WantsAKeyOfEightBytes(string secret, string dialect, int problems)
    {
        var found = WebhookSecret.Validate(secret, Sample.Dialect(dialect));

        Assert.Equal(Enumerable.Repeat("SECRET_KEY_TOO_SHORT", problems), found.Select(p => p.Reason));
        Assert.All(found, p => Assert.DoesNotContain(secret, p.Message, StringComparison.Ordinal));
    }

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
