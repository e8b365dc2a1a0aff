using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Server.Tests.Webhooks.Settings;

public sealed class CreateTests : WebhookTest
{
    [Fact]
    public async Task Create_Least_HasDefaults()
    {
        var answer = await Webhooks.CreateWebhookAsync(new() { Webhook = Sample.Webhook() }, cancellationToken: Cancelled);
        var made = answer.Webhook;
        Assert.Matches("^wh_[0-9a-hjkmnp-tv-z]{26}$", made.Id);
        Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=$", answer.Secret);
        Assert.Equal(("default", "standard-webhooks", true), (made.TenantId, made.Dialect, made.Enabled));
        Assert.Equal((V1.WebhookState.Active, V1.StateReason.Unspecified), (made.State, made.StateReason));
        Assert.Equal(Clock.GetUtcNow(), made.CreateTime.ToDateTimeOffset());
        Assert.Equal(made.CreateTime, made.UpdateTime);
        Assert.NotEmpty(made.Etag);
        var secret = Assert.Single(made.Secrets);
        Assert.Equal("whsec_••••" + answer.Secret[^6..], secret.Hint);
        Assert.StartsWith("sec_", secret.Id, StringComparison.Ordinal);
        Assert.Null(secret.ExpireTime);
        Assert.Equal(made, await GetAsync(made.Id));
    }

    [Fact]
    public async Task Create_Full_ReadsBackAsGiven()
    {
        var asked = Sample.Full();
        var full = (await Webhooks.CreateWebhookAsync(new() { Webhook = asked }, cancellationToken: Cancelled)).Webhook;
        var shown = (await GetAsync(full.Id)).Clone();
        Assert.Equal(1, shown.Number);
        shown.Number = 0;
        shown.Id = shown.Etag = shown.TenantId = "";
        shown.CreateTime = shown.UpdateTime = null;
        shown.State = V1.WebhookState.Unspecified;
        shown.Secrets.Clear();
        asked.Headers["Authorization"] = HeaderCredentials.Mask;
        Assert.Equal(asked, shown);
        Assert.All(Server.Log.Entries, entry => Assert.DoesNotContain("token=abc", entry.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Create_OwnSecret_StoredSealedAndShownOnce()
    {
        const string Own = "my very own secret";
        var answer = await Webhooks.CreateWebhookAsync(new() { Webhook = Sample.Webhook(w => w.Dialect = "github"), Secret = Own }, cancellationToken: Cancelled);
        Assert.Equal(Own, answer.Secret);
        var stored = Assert.Single((await Engine.Webhooks.GetAsync(answer.Webhook.Id, Cancelled))!.Secrets);
        Assert.DoesNotContain(Own, System.Text.Encoding.Latin1.GetString(stored.Sealed), StringComparison.Ordinal);
        Assert.Equal(Own, Server.Services.GetRequiredService<SecretSealer>().Open(answer.Webhook.Id, stored.Id, stored.Sealed));
        Assert.Equal("••••cret", answer.Webhook.Secrets.Single().Hint);
        Assert.DoesNotContain(Own, (await GetAsync(answer.Webhook.Id)).ToString(), StringComparison.Ordinal);
        Assert.All(Server.Log.Entries, entry => Assert.DoesNotContain(Own, entry.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Create_Disabled_IsDisabledByUser()
    {
        var made = await CreateAsync(w => w.Enabled = false);
        Assert.Equal((false, V1.WebhookState.Disabled, V1.StateReason.User), (made.Enabled, made.State, made.StateReason));
    }

    [Fact]
    public async Task Create_OutputOnlyFieldsGiven_Ignored()
    {
        var made = await CreateAsync(w =>
        {
            w.Id = "wh_mine";
            w.State = V1.WebhookState.Suspended;
            w.StateReason = V1.StateReason.Gone;
            w.Etag = "x";
            w.CreateTime = new Timestamp { Seconds = long.MaxValue };
            w.Secrets.Add(new SecretInfo { Id = "sec_x" });
        });
        Assert.NotEqual("wh_mine", made.Id);
        Assert.Equal(V1.WebhookState.Active, made.State);
        Assert.NotEqual("sec_x", made.Secrets.Single().Id);
    }

    [Fact]
    public async Task Create_Wrong_NamesEveryFieldAndStoresNothing()
    {
        var error = await RpcErrors.OfAsync(async () => await Webhooks.CreateWebhookAsync(
            new() { Webhook = Sample.Webhook(w => { w.Url = "http://example.com/"; w.MaxInFlight = -1; }), Secret = "short" },
            cancellationToken: Cancelled));
        Assert.Equal(StatusCode.InvalidArgument, error.Code);
        Assert.Equal(
            ["webhook.url URL_NOT_HTTPS", "webhook.max_in_flight OUT_OF_RANGE", "secret SECRET_TOO_SHORT"], error.Violations());
        Assert.All(error.Detail<BadRequest>().FieldViolations, v => Assert.NotEmpty(v.Description));
        Assert.Empty(await ListAllAsync());
    }

    [Fact]
    public async Task Create_Answered_IsInCatalog()
    {
        var made = await CreateAsync();
        Assert.NotNull(await InCatalogAsync(made));
    }

    [Fact]
    public async Task Create_ExternalIdTaken_RefusedWithinTenantOnly()
    {
        await CreateAsync(w => w.ExternalId = "x");
        var error = await RpcErrors.OfAsync(() => CreateAsync(w => w.ExternalId = "x"));
        Assert.Equal((StatusCode.AlreadyExists, "EXTERNAL_ID_TAKEN"), (error.Code, error.Info.Reason));
        var elsewhere = await CreateAsync(w => (w.ExternalId, w.TenantId) = ("x", "acme"));
        Assert.Equal("acme", elsewhere.TenantId);
    }

    [Fact]
    public async Task Create_TenantMissing_NotFound()
    {
        var error = await RpcErrors.OfAsync(() => CreateAsync(w => w.TenantId = "nobody"));
        Assert.Equal((StatusCode.NotFound, "tenant"), (error.Code, error.Detail<ResourceInfo>().ResourceType));
    }

    [Fact]
    public async Task Create_RequestIdRepeated_AnswersTheFirstWithoutSecret()
    {
        var request = new CreateWebhookRequest { Webhook = Sample.Full(), Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", RequestId = "r1" };
        var first = await Webhooks.CreateWebhookAsync(request, cancellationToken: Cancelled);
        var again = request.Clone();
        again.Webhook.TenantId = "default";
        again.Webhook.Headers.Clear();
        foreach (var (name, value) in request.Webhook.Headers.Reverse())
        {
            again.Webhook.Headers.Add(name, value);
        }

        var second = await Webhooks.CreateWebhookAsync(again, cancellationToken: Cancelled);
        Assert.Equal(first.Webhook, second.Webhook);
        Assert.Equal(("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", ""), (first.Secret, second.Secret));
        Assert.Single(await ListAllAsync());
    }

    [Fact]
    public async Task Create_RequestIdReused_Refused()
    {
        var request = new CreateWebhookRequest { Webhook = Sample.Webhook(), Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", RequestId = "r1" };
        await Webhooks.CreateWebhookAsync(request, cancellationToken: Cancelled);
        Action<CreateWebhookRequest>[] changes =
            [r => r.Secret = "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY", r => r.Webhook.Name = "x", r => r.Webhook.Labels["a"] = ""];
        foreach (var change in changes)
        {
            var other = request.Clone();
            change(other);
            foreach (var validateOnly in (bool[])[false, true])
            {
                other.ValidateOnly = validateOnly;
                var error = await RpcErrors.OfAsync(async () => await Webhooks.CreateWebhookAsync(other, cancellationToken: Cancelled));
                Assert.Equal((StatusCode.AlreadyExists, "REQUEST_ID_REUSED"), (error.Code, error.Info.Reason));
            }
        }
    }

    [Fact]
    public async Task Create_RequestIdOfAnotherTenant_MakesAnother()
    {
        var request = new CreateWebhookRequest { Webhook = Sample.Webhook(), RequestId = "r1" };
        var first = await Webhooks.CreateWebhookAsync(request, cancellationToken: Cancelled);
        request.Webhook.TenantId = "acme";
        var second = await Webhooks.CreateWebhookAsync(request, cancellationToken: Cancelled);
        Assert.NotEqual(first.Webhook.Id, second.Webhook.Id);
    }

    [Fact]
    public async Task Create_ValidateOnly_AnswersPreviewAndStoresNothing()
    {
        var answer = await Webhooks.CreateWebhookAsync(
            new() { Webhook = Sample.Full(), ValidateOnly = true, RequestId = "r1" }, cancellationToken: Cancelled);
        var expected = Sample.Full();
        expected.TenantId = "default";
        expected.State = V1.WebhookState.Active;
        expected.Headers["Authorization"] = HeaderCredentials.Mask;
        Assert.Equal(expected, answer.Webhook);
        Assert.Empty(answer.Secret);
        Assert.Empty(await ListAllAsync());
    }

    [Fact]
    public async Task Create_ValidateOnly_ChecksConflictsToo()
    {
        await CreateAsync(w => w.ExternalId = "x");
        var taken = new CreateWebhookRequest { Webhook = Sample.Webhook(w => w.ExternalId = "x"), ValidateOnly = true };
        var error = await RpcErrors.OfAsync(async () => await Webhooks.CreateWebhookAsync(taken, cancellationToken: Cancelled));
        Assert.Equal("EXTERNAL_ID_TAKEN", error.Info.Reason);
        var nobody = new CreateWebhookRequest { Webhook = Sample.Webhook(w => w.TenantId = "nobody"), ValidateOnly = true };
        error = await RpcErrors.OfAsync(async () => await Webhooks.CreateWebhookAsync(nobody, cancellationToken: Cancelled));
        Assert.Equal(StatusCode.NotFound, error.Code);
    }
}
