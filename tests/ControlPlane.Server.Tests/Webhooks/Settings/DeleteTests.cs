using ControlPlane.Storage;
using Google.Rpc;
using Grpc.Core;

namespace ControlPlane.Server.Tests.Webhooks.Settings;

public sealed class DeleteTests : WebhookTest
{
    [Fact]
    public async Task Delete_Existing_IsGoneEverywhere()
    {
        var made = await CreateAsync(w => w.ExternalId = "x");
        Assert.NotNull(await InCatalogAsync(made));
        await Webhooks.DeleteWebhookAsync(new() { WebhookId = made.Id }, cancellationToken: Cancelled);
        Assert.Null(await InCatalogAsync(made));
        Assert.Empty(await ListAllAsync());
        var error = await RpcErrors.OfAsync(() => GetAsync(made.Id));
        Assert.Equal((StatusCode.NotFound, made.Id), (error.Code, error.Detail<ResourceInfo>().ResourceName));
        error = await RpcErrors.OfAsync(async () =>
            await Webhooks.DeleteWebhookAsync(new() { WebhookId = made.Id }, cancellationToken: Cancelled));
        Assert.Equal(StatusCode.NotFound, error.Code);
        Assert.NotEqual(made.Id, (await CreateAsync(w => w.ExternalId = "x")).Id);
    }

    [Fact]
    public async Task Delete_WithWaitingDeliveries_CancelsThem()
    {
        var (gone, kept) = (await CreateAsync(), await CreateAsync());
        var config = (await Engine.Webhooks.LoadTenantAsync("default", Cancelled))!;
        var events = Enumerable.Range(0, 1_001).Select(i => new NewEvent(
            new()
            {
                Id = $"evt_{i}",
                TenantId = "default",
                Type = "a",
                Payload = "{}"u8.ToArray(),
                DeliveryCount = 2,
                CreateTime = Clock.GetUtcNow(),
            },
            [
                new($"dlv_gone{i}", gone.Id, DeliveryTrigger.Publish, Leased: false),
                new($"dlv_kept{i}", kept.Id, DeliveryTrigger.Publish, Leased: false),
            ],
            Fingerprint: null));
        var append = new AppendRequest("default", config.ConfigVersion, [.. events], "node", TimeSpan.Zero);
        Assert.IsType<AppendResult.Appended>(await Engine.Events.AppendAsync(append, Cancelled));

        await Webhooks.DeleteWebhookAsync(new() { WebhookId = gone.Id }, cancellationToken: Cancelled);

        Assert.Equal(0, await Engine.Deliveries.CancelOrphansAsync(Cancelled));
        var cancelled = (await Engine.Deliveries.GetAsync("dlv_gone1000", Cancelled))!;
        Assert.Equal((DeliveryState.Cancelled, EndReason.WebhookDeleted), (cancelled.State, cancelled.EndReason));
        Assert.Equal(DeliveryState.Pending, (await Engine.Deliveries.GetAsync("dlv_kept0", Cancelled))!.State);
        Assert.Contains(Server.Log.Entries, e => e.Text.Contains("1001 waiting deliveries cancelled", StringComparison.Ordinal));
    }
}
