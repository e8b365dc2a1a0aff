using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Server.Tests.Webhooks.Secrets;

/// <summary>A webhook that was stored when dialects that decode their secrets took plain text too.</summary>
public sealed class PlainSecretTests : WebhookTest
{
    private const string Plain = "my-own-secret-1";

    private async Task<string> StoreAsync()
    {
        var made = await CreateAsync(w => w.ExternalId = "ext-1");
        var stored = (await Engine.Webhooks.GetAsync(made.Id, Cancelled))!;
        var sealedPlain = Server.Services.GetRequiredService<SecretSealer>().Seal(made.Id, "sec_plain", Plain);
        await Engine.Webhooks.UpdateAsync(
            stored with { Version = 2, Secrets = [new SecretRecord("sec_plain", "h", sealedPlain, stored.CreateTime, null)] }, Cancelled);
        return made.Id;
    }

    [Fact]
    public async Task StoredPlainSecret_SignsOnAsItsText_AndOtherChangesAreTaken()
    {
        var id = await StoreAsync();
        await UpdateAsync(new() { Id = id, Name = "renamed", AdditionalDialect = "github" }, "name", "additional_dialect");
        var preview = await Webhooks.PreviewRequestAsync(
            new() { WebhookId = id, Event = new() { Type = "a", Payload = ByteString.CopyFromUtf8("{}") } }, cancellationToken: Cancelled);
        var signature = System.Security.Cryptography.HMACSHA256.HashData("my-own-secret-1"u8, "{}"u8);
        Assert.Contains(preview.Headers, h => h.Name == "X-Hub-Signature-256" && h.Value == "sha256=" + Convert.ToHexStringLower(signature));
        Assert.Single(preview.Headers, h => h.Name == "webhook-signature");
    }

    [Fact]
    public async Task Upsert_WithTheStoredPlainSecret_ChangesNothing()
    {
        var id = await StoreAsync();
        var before = await GetAsync(id);
        var again = await Webhooks.UpsertWebhookAsync(
            new() { ExternalId = "ext-1", Webhook = Sample.Webhook(), Secret = Plain }, cancellationToken: Cancelled);
        Assert.Equal(before, again.Webhook);
    }

    [Fact]
    public async Task Create_Base64WithoutThePrefix_IsKeptAndReturnedWithIt()
    {
        const string Key = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY";
        var request = new UpsertWebhookRequest { ExternalId = "ext-2", Webhook = Sample.Webhook(), Secret = Key };
        var made = await Webhooks.UpsertWebhookAsync(request, cancellationToken: Cancelled);
        Assert.Equal("whsec_" + Key, made.Secret);
        Assert.Equal(made.Webhook, (await Webhooks.UpsertWebhookAsync(request, cancellationToken: Cancelled)).Webhook);
    }
}
