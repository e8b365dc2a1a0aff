using ControlPlane.V1;

namespace ControlPlane.Server.Tests.Webhooks.Settings;

/// <summary>A call about one webhook costs the same however many its tenant has.</summary>
public sealed class ReadTests : WebhookTest
{
    [Fact]
    public async Task ValidateOnly_OfACreateAndAnUpdate_ReadsNoOtherWebhooks()
    {
        var made = await CreateAsync();
        var before = Store.Loads;
        await Webhooks.CreateWebhookAsync(new() { Webhook = Sample.Webhook(), ValidateOnly = true }, cancellationToken: Cancelled);
        await Webhooks.UpdateWebhookAsync(
            new() { Webhook = new() { Id = made.Id, Name = "other" }, UpdateMask = new() { Paths = { "name" } }, ValidateOnly = true },
            cancellationToken: Cancelled);
        Assert.Equal(before, Store.Loads);
    }

    [Fact]
    public async Task Upsert_ThatCreatesReplacesAndChangesNothing_ReadsNoOtherWebhooks()
    {
        await CreateAsync();
        var before = Store.Loads;
        var byUrl = new UpsertWebhookRequest { Url = "https://example.com/upserted", Webhook = Sample.Webhook(w => w.Url = "") };
        await Webhooks.UpsertWebhookAsync(byUrl, cancellationToken: Cancelled);
        await Webhooks.UpsertWebhookAsync(byUrl, cancellationToken: Cancelled);
        byUrl.Webhook.Name = "renamed";
        await Webhooks.UpsertWebhookAsync(byUrl, cancellationToken: Cancelled);
        await Webhooks.UpsertWebhookAsync(new() { ExternalId = "ext-1", Webhook = Sample.Webhook() }, cancellationToken: Cancelled);
        Assert.Equal(before, Store.Loads);
    }
}
