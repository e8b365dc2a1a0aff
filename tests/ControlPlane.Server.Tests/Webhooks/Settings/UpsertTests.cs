using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.V1;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Server.Tests.Webhooks.Settings;

/// <summary>What UpsertWebhook promises.</summary>
public sealed class UpsertTests : WebhookTest
{
    private async Task<UpsertWebhookResponse> UpsertAsync(UpsertWebhookRequest request) =>
        await Webhooks.UpsertWebhookAsync(request, cancellationToken: Cancelled);

    [Fact]
    public async Task ByExternalId_Twice_CreatesThenReplacesEverything()
    {
        var made = await UpsertAsync(new() { ExternalId = "ext-1", Webhook = Sample.Full() });
        Assert.True(made.Created);
        Assert.StartsWith("whsec_", made.Secret, StringComparison.Ordinal);
        Assert.Equal("ext-1", made.Webhook.ExternalId);

        var again = await UpsertAsync(new() { ExternalId = "ext-1", Webhook = Sample.Webhook(w => w.Url = "https://example.com/next") });
        Assert.Equal((false, "", made.Webhook.Id), (again.Created, again.Secret, again.Webhook.Id));
        Assert.Equal(("https://example.com/next", "", 0), (again.Webhook.Url, again.Webhook.Name, again.Webhook.MaxInFlight));
        Assert.Null(again.Webhook.RetryPolicy);
        Assert.Empty(again.Webhook.Headers);
        Assert.Equal(made.Webhook.Secrets, again.Webhook.Secrets);
        Assert.Equal("https://example.com/next", (await InCatalogAsync(again.Webhook))!.Url);
        Assert.Single(await ListAllAsync());
    }

    [Fact]
    public async Task ByExternalId_SameAgain_ChangesNothing()
    {
        var request = new UpsertWebhookRequest { ExternalId = "ext-1", Webhook = Sample.Full(), Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" };
        var made = await UpsertAsync(request);
        Clock.Advance(TimeSpan.FromSeconds(5));
        var again = await UpsertAsync(request);
        Assert.Equal(made.Webhook, again.Webhook);
        Assert.Equal("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", made.Secret);
        Assert.Equal("", again.Secret);
    }

    [Fact]
    public async Task ById_Missing_NotFoundAndNothingMade()
    {
        var error = await RpcErrors.OfAsync(() => UpsertAsync(new() { WebhookId = "wh_none", Webhook = Sample.Webhook() }));
        Assert.Equal(StatusCode.NotFound, error.Code);
        Assert.Empty(await ListAllAsync());
    }

    [Fact]
    public async Task ById_OfAnotherTenant_NotFound()
    {
        var made = await CreateAsync();
        var stranger = await OfTenantAsync("acme");
        var error = await RpcErrors.OfAsync(async () => await stranger.UpsertWebhookAsync(
            new() { WebhookId = made.Id, Webhook = Sample.Webhook() }, cancellationToken: Cancelled));
        Assert.Equal(StatusCode.NotFound, error.Code);
    }

    [Fact]
    public async Task ById_Exists_ReplacedUnderItsEtag()
    {
        var made = await CreateAsync(w => w.Name = "before");
        var stale = await RpcErrors.OfAsync(() => UpsertAsync(
            new() { WebhookId = made.Id, Webhook = Sample.Webhook(w => w.Etag = "7") }));
        Assert.Equal((StatusCode.Aborted, "ETAG_MISMATCH"), (stale.Code, stale.Info.Reason));

        var replaced = await UpsertAsync(new() { WebhookId = made.Id, Webhook = Sample.Webhook(w => w.Etag = made.Etag) });
        Assert.Equal((made.Id, ""), (replaced.Webhook.Id, replaced.Webhook.Name));
    }

    [Theory]
    [InlineData("https://EXAMPLE.com:443/hook")]
    [InlineData("https://example.com/hook")]
    public async Task ByUrl_AnotherSpelling_IsTheSameWebhook(string url)
    {
        var made = await CreateAsync(w => w.Instances.Add(["a", "b"]));
        var found = await UpsertAsync(new()
        {
            Url = url,
            Webhook = new() { EventTypes = { "*" }, Instances = { "b", "a" } },
        });
        Assert.Equal((false, made.Id, made.Url), (found.Created, found.Webhook.Id, found.Webhook.Url));
        Assert.Equal(["*"], found.Webhook.EventTypes);
    }

    [Fact]
    public async Task ByUrl_OtherInstances_IsAnotherWebhook()
    {
        await CreateAsync(w => w.Instances.Add("a"));
        var made = await UpsertAsync(new() { Url = "https://example.com/hook", Webhook = new() { EventTypes = { "*" } } });
        Assert.True(made.Created);
        Assert.Equal(2, (await ListAllAsync()).Count);
    }

    [Fact]
    public async Task ByUrl_Several_Ambiguous()
    {
        await CreateAsync();
        await CreateAsync();
        var error = await RpcErrors.OfAsync(() => UpsertAsync(new() { Url = "https://example.com/hook", Webhook = Sample.Webhook() }));
        Assert.Equal((StatusCode.FailedPrecondition, "MATCH_AMBIGUOUS"), (error.Code, error.Info.Reason));
        Assert.Equal("MATCH_AMBIGUOUS", error.Detail<PreconditionFailure>().Violations.Single().Type);
    }

    [Fact]
    public async Task Match_OfAnotherTenant_IsNotFoundButMade()
    {
        await UpsertAsync(new() { ExternalId = "ext-1", Webhook = Sample.Webhook() });
        var acme = await OfTenantAsync("acme");
        foreach (var request in (UpsertWebhookRequest[])
            [new() { ExternalId = "ext-1", Webhook = Sample.Webhook() }, new() { Url = "https://example.com/u", Webhook = new() { EventTypes = { "*" } } }])
        {
            var answer = await acme.UpsertWebhookAsync(request, cancellationToken: Cancelled);
            Assert.Equal((true, "acme"), (answer.Created, answer.Webhook.TenantId));
        }
    }

    [Fact]
    public async Task Secret_Another_SignsBesideTheOldForADay()
    {
        var made = await UpsertAsync(new() { ExternalId = "ext-1", Webhook = Sample.Webhook() });
        var rotated = await UpsertAsync(new() { ExternalId = "ext-1", Webhook = Sample.Webhook(), Secret = "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY" });
        Assert.Equal("", rotated.Secret);
        Assert.Equal(2, rotated.Webhook.Secrets.Count);
        Assert.Equal(made.Webhook.Secrets[0].Id, rotated.Webhook.Secrets[1].Id);
        Assert.Equal(Clock.GetUtcNow().AddHours(24), rotated.Webhook.Secrets[1].ExpireTime.ToDateTimeOffset());
        var stored = (await InCatalogAsync(rotated.Webhook))!;
        var sealer = Server.Services.GetRequiredService<SecretSealer>();
        Assert.Equal("whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY", sealer.Open(stored.Id, stored.Secrets[0].Id, stored.Secrets[0].Sealed));
    }

    [Theory]
    [InlineData("ext-1")]
    [InlineData("")]
    public async Task ManyAtOnce_OneIsMade(string externalId)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => UpsertAsync(externalId.Length > 0
            ? new() { ExternalId = externalId, Webhook = Sample.Webhook(w => w.Name = $"n{i}") }
            : new() { Url = "https://example.com/hook", Webhook = Sample.Webhook(w => w.Name = $"n{i}") })));
        var only = Assert.Single(await ListAllAsync());
        Assert.Single(answers, answer => answer.Created);
        Assert.All(answers, answer => Assert.Equal(only.Id, answer.Webhook.Id));
    }

    [Fact]
    public async Task Replace_RenamedMeanwhile_LeavesThatOneAlone()
    {
        var made = await CreateAsync(w => w.ExternalId = "ext-1");
        Store.BeforeUpdate = async store =>
        {
            Store.BeforeUpdate = null;
            var stored = (await store.GetAsync(made.Id, Cancelled))!;
            var write = await store.UpdateAsync(stored with { Version = stored.Version + 1, ExternalId = "taken-away" }, Cancelled);
            Assert.Equal("taken-away", write.Webhook!.ExternalId);
        };
        var answer = await UpsertAsync(new() { ExternalId = "ext-1", Webhook = Sample.Webhook(w => w.Name = "mine") });
        Assert.True(answer.Created);
        Assert.Equal("taken-away", (await GetAsync(made.Id)).ExternalId);
    }

    [Fact]
    public async Task Etag_NothingMatches_Aborted()
    {
        var error = await RpcErrors.OfAsync(() => UpsertAsync(new() { ExternalId = "x", Webhook = Sample.Webhook(w => w.Etag = "1") }));
        Assert.Equal((StatusCode.Aborted, "ETAG_MISMATCH"), (error.Code, error.Info.Reason));
        Assert.Empty(await ListAllAsync());
    }

    [Fact]
    public async Task ExternalIdOfAnother_Taken()
    {
        await CreateAsync(w => w.ExternalId = "ext-1");
        var error = await RpcErrors.OfAsync(() => UpsertAsync(
            new() { Url = "https://example.com/other", Webhook = new() { EventTypes = { "*" }, ExternalId = "ext-1" } }));
        Assert.Equal((StatusCode.AlreadyExists, "EXTERNAL_ID_TAKEN"), (error.Code, error.Info.Reason));
    }

    [Fact]
    public async Task WrongFields_AreNamedWhetherItExistsOrNot()
    {
        foreach (var expected in (string[])["webhook.url URL_NOT_HTTPS", "webhook.url URL_NOT_HTTPS"])
        {
            var error = await RpcErrors.OfAsync(() => UpsertAsync(
                new() { ExternalId = "ext-1", Webhook = Sample.Webhook(w => w.Url = "http://example.com"), Secret = "short" }));
            Assert.Contains(expected, error.Violations());
            Assert.Contains(error.Violations(), violation => violation.StartsWith("secret ", StringComparison.Ordinal));
            await UpsertAsync(new() { ExternalId = "ext-1", Webhook = Sample.Webhook() });
        }
    }

    [Fact]
    public async Task Request_WithoutMatchOrWithAnother_Refused()
    {
        async Task<IEnumerable<string>> RefusedAsync(UpsertWebhookRequest request) =>
            (await RpcErrors.OfAsync(() => UpsertAsync(request))).Violations();

        Assert.Equal(["webhook REQUIRED", "match REQUIRED"], await RefusedAsync(new()));
        Assert.Equal(["match REQUIRED"], await RefusedAsync(new() { ExternalId = "", Webhook = Sample.Webhook() }));
        Assert.Equal(
            ["webhook.external_id MATCH_DIFFERS"],
            await RefusedAsync(new() { ExternalId = "a", Webhook = Sample.Webhook(w => w.ExternalId = "b") }));
        Assert.Equal(["webhook.url MATCH_DIFFERS"], await RefusedAsync(new() { Url = "https://example.com/a", Webhook = Sample.Webhook() }));
    }

    [Fact]
    public async Task Suspended_ReplacedWithoutEnabled_IsActiveAgain()
    {
        var made = await CreateAsync();
        await UpdateAsync(new() { Id = made.Id, Enabled = false }, "enabled");
        var kept = await UpsertAsync(new() { WebhookId = made.Id, Webhook = Sample.Webhook(w => w.Enabled = false) });
        Assert.Equal(WebhookState.Disabled, kept.Webhook.State);
        var lifted = await UpsertAsync(new() { WebhookId = made.Id, Webhook = Sample.Webhook() });
        Assert.Equal(WebhookState.Active, lifted.Webhook.State);
    }
}
