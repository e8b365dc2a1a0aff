using ControlPlane.Server.Sending;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Server.Tests.Webhooks.Secrets;

/// <summary>Credentials among a webhook's own headers are kept like its secrets.</summary>
public sealed class HeaderCredentialTests : WebhookTest
{
    private const string Credential = "Bearer very-secret-0123456789";

    [Fact]
    public async Task Create_Credential_IsSealedMaskedAndSent()
    {
        var made = await CreateWithAsync(Credential);
        Assert.Equal((HeaderCredentials.Mask, "blue"), (made.Headers["Authorization"], made.Headers["X-Team"]));
        Assert.Equal(made, await GetAsync(made.Id));
        Assert.DoesNotContain(Credential, (await ListAllAsync()).Single().ToString(), StringComparison.Ordinal);
        var stored = (await Engine.Webhooks.GetAsync(made.Id, Cancelled))!.Headers;
        Assert.DoesNotContain("very-secret", stored["Authorization"], StringComparison.Ordinal);
        Assert.Equal("blue", stored["X-Team"]);
        Assert.Equal(Credential, await SentAsync(made.Id));
        Assert.All(Server.Log.Entries, entry => Assert.DoesNotContain("very-secret", entry.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Update_MaskComesBack_KeepsTheCredential()
    {
        var made = await CreateWithAsync(Credential);
        var same = await UpdateAsync(made, "headers");
        Assert.Equal(made.Etag, same.Etag);
        made.Headers["X-Team"] = "red";
        var changed = await UpdateAsync(made, "headers");
        Assert.Equal((HeaderCredentials.Mask, "red"), (changed.Headers["Authorization"], changed.Headers["X-Team"]));
        Assert.Equal(Credential, await SentAsync(made.Id));
    }

    [Fact]
    public async Task Update_NewCredential_IsTakenAndTheSameOneIsNoChange()
    {
        var made = await CreateWithAsync(Credential);
        made.Etag = "";
        made.Headers["Authorization"] = "Bearer another";
        var changed = await UpdateAsync(made, "headers");
        Assert.NotEqual(made.Etag, changed.Etag);
        Assert.Equal("Bearer another", await SentAsync(made.Id));
        Assert.Equal(changed.Etag, (await UpdateAsync(made, "headers")).Etag);
        made.Headers.Remove("Authorization");
        Assert.DoesNotContain("Authorization", (await UpdateAsync(made, "headers")).Headers.Keys);
    }

    [Fact]
    public async Task MaskWithoutACredential_IsRefused()
    {
        var error = await RpcErrors.OfAsync(() => CreateWithAsync(HeaderCredentials.Mask));
        Assert.Equal(["webhook.headers[\"Authorization\"] HEADER_VALUE_INVALID"], error.Violations());
        var made = await CreateWithAsync(Credential);
        made.Headers["X-Api-Key"] = HeaderCredentials.Mask;
        error = await RpcErrors.OfAsync(() => UpdateAsync(made, "headers"));
        Assert.Equal(StatusCode.InvalidArgument, error.Code);
        Assert.Equal(["webhook.headers[\"X-Api-Key\"] HEADER_VALUE_INVALID"], error.Violations());
    }

    [Fact]
    public async Task Preview_Credential_IsMaskedAndNamed()
    {
        var made = await CreateWithAsync(Credential);
        var preview = await Webhooks.PreviewRequestAsync(
            new() { WebhookId = made.Id, Event = new() { Type = "message.new", Payload = ByteString.CopyFromUtf8("1") } },
            cancellationToken: Cancelled);
        Assert.DoesNotContain("very-secret", preview.ToString(), StringComparison.Ordinal);
        Assert.Contains("Authorization", preview.RedactedHeaders);
        Assert.Contains(preview.Headers, header => header is { Name: "X-Team", Value: "blue" });
    }

    [Fact]
    public async Task Credential_MovedToAnotherWebhook_DoesNotOpen()
    {
        var made = await CreateWithAsync(Credential);
        var stored = (await Engine.Webhooks.GetAsync(made.Id, Cancelled))!;
        var sealer = Server.Services.GetRequiredService<SecretSealer>();
        Assert.True(sealer.TryOpen(stored, out _));
        Assert.False(sealer.TryOpen(stored with { Id = "wh_other" }, out _));
    }

    private Task<Webhook> CreateWithAsync(string authorization) => CreateAsync(webhook =>
    {
        webhook.Headers["Authorization"] = authorization;
        webhook.Headers["X-Team"] = "blue";
    });

    /// <summary>The header of a request as it would go out now.</summary>
    private async Task<string> SentAsync(string webhookId)
    {
        var stored = (await Engine.Webhooks.GetAsync(webhookId, Cancelled))!;
        return Server.Services.GetRequiredService<EndpointCache>().Get(stored)!.Webhook.Headers["Authorization"];
    }
}
