using System.Globalization;

namespace ControlPlane.Signing.Tests;

/// <summary>What holds for every dialect and any message: the receiver accepts it, and nothing else.</summary>
public sealed class SignAndVerifyProperties
{
    public static TheoryData<string> Names => Sample.DialectNames;

    public static TheoryData<string> Signing { get; } =
        [.. BuiltInDialects.All.Where(d => d.Algorithm != SignatureAlgorithm.None).Select(d => d.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Verify_SignedMessage_IsValid(string name)
    {
        var dialect = Sample.Dialect(name);
        Messages.Check(dialect, message =>
        {
            var webhook = Sample.Sign(dialect, message.Request, message.Secret);

            Assert.Equal(VerificationStatus.Valid, Sample.Verify(dialect, webhook, message.Secret).Status);
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Verify_OtherSecret_IsRefused(string name)
    {
        var dialect = Sample.Dialect(name);
        Messages.Check(dialect, message =>
        {
            var webhook = Sample.Sign(dialect, message.Request, message.Secret);

            Assert.False(Sample.Verify(dialect, webhook, message.OlderSecret).IsValid);
        });
    }

    [Theory]
    [MemberData(nameof(Signing))]
    public void Verify_ChangedBody_IsRefused(string name)
    {
        var dialect = Sample.Dialect(name);
        Messages.Check(dialect, message =>
        {
            var webhook = Sample.Sign(dialect, message.Request, message.Secret);

            Assert.Equal(
                VerificationStatus.SignatureMismatch,
                Sample.Verify(dialect, webhook with { Body = ChangeByte(webhook.Body, message.Random) }, message.Secret).Status);
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Verify_ChangedSignatureHeader_IsRefused(string name)
    {
        var dialect = Sample.Dialect(name);
        var headers = dialect.Headers.Where(h => h.Value.Contains("{sig}")).ToArray();
        Messages.Check(dialect, message =>
        {
            var webhook = Sample.Sign(dialect, message.Request, message.Secret);
            var header = headers[message.Random % headers.Length].Name;
            var value = ChangeCharacter(Sample.Header(webhook, header), message.Random);

            Assert.False(Sample.Verify(dialect, Sample.WithHeader(webhook, header, value), message.Secret).IsValid);
        });
    }

    [Theory]
    [MemberData(nameof(Signing))]
    public void Verify_ChangedSignedHeader_IsRefused(string name)
    {
        var dialect = Sample.Dialect(name);
        var headers = dialect.Headers
            .Where(h => h.Value is "{ts}" or "{id}" && dialect.SignedContent.Contains(h.Value))
            .ToArray();
        Messages.Check(dialect, message =>
        {
            var webhook = Sample.Sign(dialect, message.Request, message.Secret);
            foreach (var header in headers)
            {
                var value = ChangeCharacter(Sample.Header(webhook, header.Name), message.Random);

                Assert.False(Sample.Verify(dialect, Sample.WithHeader(webhook, header.Name, value), message.Secret).IsValid);
            }
        });
    }

    [Theory]
    [InlineData("standard-webhooks", "webhook-timestamp", "")]
    [InlineData("svix", "svix-timestamp", "")]
    [InlineData("wazapin", "svix-timestamp", "")]
    [InlineData("wachat", "X-Wachat-Timestamp", "")]
    [InlineData("wahooks", "X-WAHooks-Timestamp", "")]
    [InlineData("stripe", "Stripe-Signature", "t=")]
    [InlineData("slack", "X-Slack-Request-Timestamp", "")]
    public void Verify_ShiftedTimestamp_IsRefused(string name, string header, string before)
    {
        var dialect = Sample.Dialect(name);
        Messages.Check(dialect, message =>
        {
            var webhook = Sample.Sign(dialect, message.Request, message.Secret);
            var seconds = message.Request.Timestamp.ToUnixTimeSeconds();
            var shifted = Sample.Header(webhook, header)
                .Replace($"{before}{seconds}", $"{before}{(seconds + 1).ToString(CultureInfo.InvariantCulture)}");

            Assert.NotEqual(Sample.Header(webhook, header), shifted);
            Assert.False(Sample.Verify(dialect, Sample.WithHeader(webhook, header, shifted), message.Secret).IsValid);
        });
    }

    private static byte[] ChangeByte(ReadOnlyMemory<byte> bytes, int random)
    {
        if (bytes.IsEmpty)
        {
            return [0];
        }
        var changed = bytes.ToArray();
        changed[random % changed.Length] ^= (byte)(1 + (random % 255));
        return changed;
    }

    private static string ChangeCharacter(string text, int random)
    {
        var changed = text.ToCharArray();
        var at = random % changed.Length;
        changed[at] = (char)('!' + ((changed[at] - '!' + 1 + (random % 93)) % 94));
        return new string(changed);
    }
}
