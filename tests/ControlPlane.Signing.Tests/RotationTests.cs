namespace ControlPlane.Signing.Tests;

/// <summary>Two active secrets: the newest, and one in its grace period.</summary>
public sealed class RotationTests
{
    public static TheoryData<string> Joining { get; } =
        [.. BuiltInDialects.All.Where(d => d.SignatureJoin != SignatureJoin.NewestOnly).Select(d => d.Name)];

    public static TheoryData<string> NewestOnly { get; } =
        [.. BuiltInDialects.All.Where(d => d.SignatureJoin == SignatureJoin.NewestOnly).Select(d => d.Name)];

    [Fact]
    public void Joining_BuiltInDialects_AreThoseThatDocumentSeveralSignatures() =>
        Assert.Equal(["standard-webhooks", "svix", "wazapin", "stripe"], Joining.Select(row => row.Data));

    [Theory]
    [MemberData(nameof(Joining))]
    public void Verify_TwoKeysWhereJoined_IsValidUnderEither(string name)
    {
        var dialect = Sample.Dialect(name);
        Messages.Check(dialect, message =>
        {
            var webhook = Sample.Sign(dialect, message.Request, message.Secret, message.OlderSecret);

            Assert.True(Sample.Verify(dialect, webhook, message.Secret).IsValid);
            Assert.True(Sample.Verify(dialect, webhook, message.OlderSecret).IsValid);
            Assert.False(Sample.Verify(dialect, webhook, "neither-of-the-two").IsValid);
        });
    }

    [Theory]
    [MemberData(nameof(NewestOnly))]
    public void Verify_TwoKeysWhereNotJoined_IsValidUnderTheNewestOnly(string name)
    {
        var dialect = Sample.Dialect(name);
        Messages.Check(dialect, message =>
        {
            var webhook = Sample.Sign(dialect, message.Request, message.Secret, message.OlderSecret);

            Assert.True(Sample.Verify(dialect, webhook, message.Secret).IsValid);
            Assert.False(Sample.Verify(dialect, webhook, message.OlderSecret).IsValid);
        });
    }

    [Theory]
    [MemberData(nameof(Sample.DialectNames), MemberType = typeof(Sample))]
    public void Verify_ReceiverKnowsBothSecrets_AcceptsEither(string name)
    {
        var dialect = Sample.Dialect(name);
        Messages.Check(dialect, message =>
        {
            var before = Sample.Sign(dialect, message.Request, message.OlderSecret);
            var after = Sample.Sign(dialect, message.Request, message.Secret);

            Assert.True(Sample.Verify(dialect, before, message.Secret, message.OlderSecret).IsValid);
            Assert.True(Sample.Verify(dialect, after, message.Secret, message.OlderSecret).IsValid);
        });
    }

    [Fact]
    public void Sign_TwoKeysSpaceSeparated_ListsNewestFirst()
    {
        var both = Sample.Header(Sample.Sign(BuiltInDialects.Svix, Sample.Request, "newest-secret", "older-secret"), "svix-signature");

        var newest = Sample.Header(Sample.Sign(BuiltInDialects.Svix, Sample.Request, "newest-secret"), "svix-signature");
        var older = Sample.Header(Sample.Sign(BuiltInDialects.Svix, Sample.Request, "older-secret"), "svix-signature");
        Assert.Equal($"{newest} {older}", both);
    }

    [Fact]
    public void Sign_TwoKeysRepeatedItem_RepeatsOnlyTheSignature()
    {
        var webhook = Sample.Sign(BuiltInDialects.Stripe, Sample.Request, "newest-secret", "older-secret");

        Assert.Matches("^t=1700000000,v1=[0-9a-f]{64},v1=[0-9a-f]{64}$", Sample.Header(webhook, "Stripe-Signature"));
    }

    [Fact]
    public void Sign_ManyKeys_AllAreListed()
    {
        string[] secrets = [.. Enumerable.Range(0, 20).Select(i => $"secret-number-{i}")];

        var webhook = Sample.Sign(BuiltInDialects.StandardWebhooks, Sample.Request, secrets);

        Assert.Equal(20, Sample.Header(webhook, "webhook-signature").Split(' ').Length);
        Assert.All(secrets, secret => Assert.True(Sample.Verify(BuiltInDialects.StandardWebhooks, webhook, secret).IsValid));
    }
}
