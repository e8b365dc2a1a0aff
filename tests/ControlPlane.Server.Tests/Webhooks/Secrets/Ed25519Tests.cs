using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Server.Tests.Webhooks.Secrets;

/// <summary>Webhooks that sign with key pairs.</summary>
public sealed class Ed25519Tests : WebhookTest
{
    /// <summary>The key of the Standard Webhooks specification's authors, with both halves.</summary>
    private const string Pair = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
    private const string Seed = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=";
    private const string Public = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
    private const string Shared = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Theory]
    [InlineData(Pair)]
    [InlineData(Seed)]
    public async Task Create_OwnKey_IsKeptWithItsPublicHalfAndShownOnce(string own)
    {
        var answer = await Webhooks.CreateWebhookAsync(new() { Webhook = Sample.Webhook(), Secret = own }, cancellationToken: Cancelled);
        Assert.Equal((Pair, SignatureAlgorithm.Ed25519), (answer.Secret, answer.Webhook.SignatureAlgorithm));
        var info = answer.Webhook.Secrets.Single();
        Assert.Equal((Public, SignatureAlgorithm.Ed25519, "whsk_••••6Kvg=="), (info.PublicKey, info.Algorithm, info.Hint));
        Assert.Equal(answer.Webhook, await GetAsync(answer.Webhook.Id));
        Assert.DoesNotContain("6Xb/dCcHpPea21", (await Engine.Webhooks.GetAsync(answer.Webhook.Id, Cancelled))!.ToString(), StringComparison.Ordinal);
        Assert.All(Server.Log.Entries, entry => Assert.DoesNotContain("6Xb/dCcHpPea21", entry.Text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("whsk_", "secret SECRET_NOT_ED25519")]
    [InlineData("whsk_AAAA", "secret SECRET_NOT_ED25519")]
    // The halves of two keys.
    [InlineData("whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvw==", "secret SECRET_NOT_ED25519")]
    [InlineData(Shared, "secret SECRET_NOT_ED25519", SignatureAlgorithm.Ed25519)]
    [InlineData(Pair, "secret SECRET_IS_ED25519", SignatureAlgorithm.Dialect)]
    [InlineData("", "webhook.signature_algorithm ALGORITHM_NOT_SUPPORTED", SignatureAlgorithm.Ed25519, "github")]
    [InlineData("", "webhook.signature_algorithm ALGORITHM_NOT_SUPPORTED", SignatureAlgorithm.Ed25519, "standard-webhooks", "github")]
    [InlineData("", "webhook.signature_algorithm UNKNOWN_VALUE", (SignatureAlgorithm)9)]
    public async Task Create_WhatDoesNotFit_IsRefused(
        string secret, string violation, SignatureAlgorithm algorithm = default, string dialect = "standard-webhooks", string additional = "")
    {
        var webhook = Sample.Webhook(w => (w.SignatureAlgorithm, w.Dialect, w.AdditionalDialect) = (algorithm, dialect, additional));
        var error = await RpcErrors.OfAsync(
            async () => await Webhooks.CreateWebhookAsync(new() { Webhook = webhook, Secret = secret }, cancellationToken: Cancelled));
        Assert.Equal([violation], error.Violations());
    }

    [Fact]
    public async Task Create_ValidateOnly_ShowsTheAlgorithm()
    {
        var webhook = Sample.Webhook(w => w.SignatureAlgorithm = SignatureAlgorithm.Ed25519);
        var answer = await Webhooks.CreateWebhookAsync(new() { Webhook = webhook, ValidateOnly = true }, cancellationToken: Cancelled);
        Assert.Equal((SignatureAlgorithm.Ed25519, ""), (answer.Webhook.SignatureAlgorithm, answer.Secret));
    }

    [Fact]
    public async Task Create_TextSecretOfAnotherDialect_IsNoKey()
    {
        var answer = await Webhooks.CreateWebhookAsync(
            new() { Webhook = Sample.Webhook(w => w.Dialect = "github"), Secret = "whsk_plain-text" }, cancellationToken: Cancelled);
        Assert.Equal(("whsk_plain-text", SignatureAlgorithm.Dialect), (answer.Secret, answer.Webhook.SignatureAlgorithm));
        Assert.Equal("", answer.Webhook.Secrets.Single().PublicKey);
    }

    [Fact]
    public async Task Update_AlgorithmAlone_IsRefusedAndTheSameOneIsNoChange()
    {
        var made = await CreateAsync(w => w.SignatureAlgorithm = SignatureAlgorithm.Ed25519);
        Assert.Equal(made.Etag, (await UpdateAsync(made, "signature_algorithm")).Etag);
        Assert.Equal(SignatureAlgorithm.Ed25519, (await UpdateAsync(new() { Id = made.Id, Name = "x" }, "name")).SignatureAlgorithm);
        var replaced = Sample.Webhook(w => w.Id = made.Id);
        Assert.Equal(SignatureAlgorithm.Ed25519, (await UpdateAsync(replaced, "*")).SignatureAlgorithm);
        replaced.SignatureAlgorithm = SignatureAlgorithm.Dialect;
        var error = await RpcErrors.OfAsync(() => UpdateAsync(replaced, "*"));
        Assert.Equal(["webhook.signature_algorithm ROTATION_NEEDED"], error.Violations());
    }

    [Fact]
    public async Task Update_DialectThatHasNone_IsRefusedUntilTheKeyPairHasEnded()
    {
        var made = await CreateAsync(w => w.SignatureAlgorithm = SignatureAlgorithm.Ed25519);
        var (github, additional) = (new Webhook { Id = made.Id, Dialect = "github" }, new Webhook { Id = made.Id, AdditionalDialect = "wachat" });
        Assert.Equal(["webhook.dialect ALGORITHM_NOT_SUPPORTED"], (await RpcErrors.OfAsync(() => UpdateAsync(github, "dialect"))).Violations());
        Assert.Equal(
            ["webhook.additional_dialect ALGORITHM_NOT_SUPPORTED"],
            (await RpcErrors.OfAsync(() => UpdateAsync(additional, "additional_dialect"))).Violations());
        await Webhooks.RotateSecretAsync(
            new() { WebhookId = made.Id, SignatureAlgorithm = SignatureAlgorithm.Dialect, GracePeriod = new() }, cancellationToken: Cancelled);
        Assert.Equal("github", (await UpdateAsync(github, "dialect")).Dialect);
        var error = await RpcErrors.OfAsync(async () => await Webhooks.RotateSecretAsync(
            new() { WebhookId = made.Id, SignatureAlgorithm = SignatureAlgorithm.Ed25519 }, cancellationToken: Cancelled));
        Assert.Equal(["signature_algorithm ALGORITHM_NOT_SUPPORTED"], error.Violations());
    }

    [Fact]
    public async Task Rotate_Unspecified_KeepsTheAlgorithmAndBothSign()
    {
        var made = await CreateAsync(w => w.SignatureAlgorithm = SignatureAlgorithm.Ed25519);
        var answer = await Webhooks.RotateSecretAsync(new() { WebhookId = made.Id }, cancellationToken: Cancelled);
        Assert.StartsWith("whsk_", answer.Secret, StringComparison.Ordinal);
        Assert.Equal(2, answer.Webhook.Secrets.Select(s => s.PublicKey).Distinct().Count());
        Assert.Equal(2, (await SignatureAsync(made.Id)).Split(' ').Count(part => part.StartsWith("v1a,", StringComparison.Ordinal)));
        Clock.Advance(TimeSpan.FromDays(2));
        Assert.StartsWith("v1a,", Assert.Single((await SignatureAsync(made.Id)).Split(' ')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upsert_OwnKey_RotatesToItOnce()
    {
        var request = new UpsertWebhookRequest { ExternalId = "ext-1", Webhook = Sample.Webhook() };
        await Webhooks.UpsertWebhookAsync(request, cancellationToken: Cancelled);
        request.Secret = Seed;
        var changed = (await Webhooks.UpsertWebhookAsync(request, cancellationToken: Cancelled)).Webhook;
        Assert.Equal((SignatureAlgorithm.Ed25519, Public, 2), (changed.SignatureAlgorithm, changed.Secrets[0].PublicKey, changed.Secrets.Count));
        request.Secret = Pair;
        Assert.Equal(changed, (await Webhooks.UpsertWebhookAsync(request, cancellationToken: Cancelled)).Webhook);
        Assert.Matches("^v1a,[^ ]+ v1,[^ ]+$", await SignatureAsync(changed.Id));
    }

    [Fact]
    public async Task Preview_Inline_SignsWithTheKey()
    {
        var preview = await Webhooks.PreviewRequestAsync(
            new() { Inline = new() { Secret = Seed }, Event = new() { Type = "a", Payload = ByteString.CopyFromUtf8("1") } }, cancellationToken: Cancelled);
        Assert.Contains(preview.Headers, header => header.Name == "webhook-signature" && header.Value.StartsWith("v1a,", StringComparison.Ordinal));
        Assert.Empty(preview.RedactedHeaders);
    }

    private async Task<string> SignatureAsync(string webhookId)
    {
        var preview = await Webhooks.PreviewRequestAsync(
            new() { WebhookId = webhookId, Event = new() { Type = "a", Payload = ByteString.CopyFromUtf8("1") } }, cancellationToken: Cancelled);
        return preview.Headers.Single(header => header.Name == "webhook-signature").Value;
    }
}
