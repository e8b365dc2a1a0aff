using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Server.Tests.Webhooks.Settings;

/// <summary>Another tenant's webhook is as one that does not exist.</summary>
public sealed class TenantTests : WebhookTest
{
    [Fact]
    public async Task Call_OtherTenantsWebhook_SameAsMissing()
    {
        var theirs = await CreateAsync(w => w.TenantId = "other");
        var acme = await OfTenantAsync("acme");
        Func<string, Task>[] calls =
        [
            async id => await acme.GetWebhookAsync(new() { WebhookId = id }, cancellationToken: Cancelled),
            async id => await acme.UpdateWebhookAsync(
                new() { Webhook = new() { Id = id, Name = "x", Etag = "9" } }, cancellationToken: Cancelled),
            async id => await acme.UpdateWebhookAsync(
                new() { Webhook = new() { Id = id }, ValidateOnly = true }, cancellationToken: Cancelled),
            async id => await acme.RotateSecretAsync(new() { WebhookId = id, Etag = "9" }, cancellationToken: Cancelled),
            async id => await acme.DeleteWebhookAsync(new() { WebhookId = id, Etag = "9" }, cancellationToken: Cancelled),
        ];
        foreach (var call in calls)
        {
            var hidden = await RpcErrors.OfAsync(() => call(theirs.Id));
            var missing = await RpcErrors.OfAsync(() => call("wh_none"));
            Assert.Equal((StatusCode.NotFound, "NOT_FOUND"), (hidden.Code, hidden.Info.Reason));
            Assert.Equal(missing.Message, hidden.Message.Replace(theirs.Id, "wh_none", StringComparison.Ordinal));
        }

        Assert.Equal(theirs, await GetAsync(theirs.Id));
    }

    [Fact]
    public async Task Create_TenantKey_MakesItsOwnOnly()
    {
        var acme = await OfTenantAsync("acme");
        var made = await acme.CreateWebhookAsync(new() { Webhook = Sample.Webhook() }, cancellationToken: Cancelled);
        Assert.Equal("acme", made.Webhook.TenantId);
        var other = new CreateWebhookRequest { Webhook = Sample.Webhook(w => w.TenantId = "other") };
        var error = await RpcErrors.OfAsync(async () => await acme.CreateWebhookAsync(other, cancellationToken: Cancelled));
        Assert.Equal(StatusCode.NotFound, error.Code);
    }

    [Fact]
    public async Task List_ByTenant_ShowsOnlyThat()
    {
        var mine = await CreateAsync(w => w.TenantId = "acme");
        var theirs = await CreateAsync(w => w.TenantId = "other");
        var acme = await OfTenantAsync("acme");
        Assert.Equal([mine], (await acme.ListWebhooksAsync(new(), cancellationToken: Cancelled)).Webhooks);
        Assert.Equal([theirs, mine], await ListAllAsync());
        Assert.Empty((await Webhooks.ListWebhooksAsync(new(), cancellationToken: Cancelled)).Webhooks);
        foreach (var (tenant, code) in ((string, StatusCode)[])[("other", StatusCode.NotFound), ("-", StatusCode.PermissionDenied)])
        {
            var error = await RpcErrors.OfAsync(async () =>
                await acme.ListWebhooksAsync(new() { TenantId = tenant }, cancellationToken: Cancelled));
            Assert.Equal(code, error.Code);
        }

        var nobody = await RpcErrors.OfAsync(async () =>
            await Webhooks.ListWebhooksAsync(new() { TenantId = "nobody" }, cancellationToken: Cancelled));
        Assert.Equal(StatusCode.NotFound, nobody.Code);
    }
}
