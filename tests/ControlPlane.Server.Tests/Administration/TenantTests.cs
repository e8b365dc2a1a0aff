using ControlPlane.Server.Catalog;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Server.Tests.Administration;

public sealed class TenantTests : AdminTest
{
    [Fact]
    public async Task CreateTenant_NoId_GeneratesOne()
    {
        var created = await CreateAsync(new() { Name = "A name", Labels = { ["plan"] = "gold" } });
        Assert.Matches("^ten_[0-9a-z]{26}$", created.Id);
        Assert.Equal(("A name", "gold"), (created.Name, created.Labels["plan"]));
        Assert.Equal(Timestamp.FromDateTimeOffset(Clock.GetUtcNow()), created.CreateTime);
        Assert.Equal(created, (await Platform.GetTenantAsync(new() { TenantId = created.Id }, cancellationToken: Cancelled)).Tenant);
    }

    [Fact]
    public async Task CreateTenant_IdTaken_AlreadyExists()
    {
        var error = await RpcErrors.OfAsync(() => CreateAsync(new() { Id = "acme" }));
        Assert.Equal((StatusCode.AlreadyExists, "TENANT_EXISTS"), (error.Code, error.Info.Reason));
        Assert.Equal(("tenant", "acme"), (error.Detail<ResourceInfo>().ResourceType, error.Detail<ResourceInfo>().ResourceName));
    }

    [Fact]
    public async Task ExternalId_FindsItsTenantForThoseWhoSeeIt()
    {
        var made = await CreateAsync(new() { ExternalId = "shop.7" });

        Assert.Equal(made, (await Platform.GetTenantAsync(new() { ExternalId = "shop.7" }, cancellationToken: Cancelled)).Tenant);
        var own = await CreateKeyAsync(made.Id);
        Assert.Equal(made.Id, (await ClientOf(own.Secret).GetTenantAsync(new() { ExternalId = "shop.7" }, cancellationToken: Cancelled)).Tenant.Id);
        var other = await CreateKeyAsync("acme");
        foreach (var id in new[] { "shop.7", "shop.8" })
        {
            var hidden = await RpcErrors.OfAsync(async () =>
                await ClientOf(other.Secret).GetTenantAsync(new() { ExternalId = id }, cancellationToken: Cancelled));
            Assert.Equal((StatusCode.NotFound, $"There is no tenant \"{id}\"."), (hidden.Code, hidden.Message));
        }

        var both = await RpcErrors.OfAsync(async () =>
            await Platform.GetTenantAsync(new() { TenantId = made.Id, ExternalId = "shop.7" }, cancellationToken: Cancelled));
        Assert.Equal(["external_id EXCLUSIVE"], both.Violations());
    }

    [Fact]
    public async Task ExternalId_OfAnotherTenant_AlreadyExists()
    {
        await CreateAsync(new() { ExternalId = "shop.7" });
        var second = await CreateAsync(new() { ExternalId = "shop.8" });

        var create = await RpcErrors.OfAsync(() => CreateAsync(new() { ExternalId = "shop.7" }));
        var update = await RpcErrors.OfAsync(() => UpdateAsync(new() { Id = second.Id, ExternalId = "shop.7" }, "external_id"));

        Assert.Equal((StatusCode.AlreadyExists, "EXTERNAL_ID_TAKEN"), (create.Code, create.Info.Reason));
        Assert.Equal((StatusCode.AlreadyExists, "EXTERNAL_ID_TAKEN"), (update.Code, update.Info.Reason));
        Assert.Equal("", (await UpdateAsync(new() { Id = second.Id }, "external_id")).ExternalId);
    }

    [Fact]
    public async Task CreateTenant_SeveralWrongFields_AllNamedAtOnce()
    {
        var error = await RpcErrors.OfAsync(() => CreateAsync(new()
        {
            Id = "Not OK",
            Name = new string('n', 201),
            Labels = { [""] = "v", ["key"] = new string('v', 257) },
        }));
        Assert.Equal((StatusCode.InvalidArgument, "INVALID_FIELDS"), (error.Code, error.Info.Reason));
        Assert.Equal(
            ["tenant.id ID_INVALID", "tenant.labels[\"\"] EMPTY", "tenant.labels[\"key\"] TOO_LONG", "tenant.name TOO_LONG"],
            error.Violations().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task CreateTenant_NoTenant_Required()
    {
        var error = await RpcErrors.OfAsync(() => CreateAsync(null));
        Assert.Equal(["tenant REQUIRED"], error.Violations());
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("0-_z", true)]
    [InlineData("-", false)]
    [InlineData("_a", false)]
    [InlineData("a\n", false)]
    [InlineData("Ünder", false)]
    [InlineData("a23456789012345678901234567890123456789012345678901234567890123", true)]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234", false)]
    public async Task CreateTenant_ChosenId_MustFitThePattern(string id, bool accepted)
    {
        var failure = await Record.ExceptionAsync(() => CreateAsync(new() { Id = id }));
        Assert.Equal(accepted, failure is null);
    }

    [Fact]
    public async Task GetTenant_NoId_OwnTenantOrDefault()
    {
        var key = await CreateKeyAsync("acme");
        Assert.Equal("acme", (await ClientOf(key.Secret).GetTenantAsync(new(), cancellationToken: Cancelled)).Tenant.Id);
        Assert.Equal("default", (await Platform.GetTenantAsync(new(), cancellationToken: Cancelled)).Tenant.Id);
    }

    [Fact]
    public async Task GetTenant_IdThatNoneCanBe_RefusedWithReadableDetails()
    {
        var unknown = await RpcErrors.OfAsync(async () =>
            await Platform.GetTenantAsync(new() { TenantId = new string('x', 128) }, cancellationToken: Cancelled));
        var tooLong = await RpcErrors.OfAsync(async () =>
            await Platform.GetTenantAsync(new() { TenantId = new string('x', 100_000) }, cancellationToken: Cancelled));
        Assert.Equal(StatusCode.NotFound, unknown.Code);
        Assert.Equal(["tenant_id TOO_LONG"], tooLong.Violations());
        Assert.InRange(tooLong.Message.Length, 1, 300);
    }

    [Fact]
    public async Task ListTenants_Pages_NewestFirstOnceEach()
    {
        List<string> ids = [];
        var request = new ListTenantsRequest { PageSize = 2 };
        do
        {
            var page = await Platform.ListTenantsAsync(request, cancellationToken: Cancelled);
            ids.AddRange(page.Tenants.Select(tenant => tenant.Id));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(["other", "acme", "default"], ids);
    }

    [Fact]
    public async Task ListTenants_WrongPaging_BothNamed()
    {
        var error = await RpcErrors.OfAsync(async () =>
            await Platform.ListTenantsAsync(new() { PageSize = -1, PageToken = "x" }, cancellationToken: Cancelled));
        Assert.Equal(["page_size NEGATIVE", "page_token PAGE_TOKEN_INVALID"], error.Violations());
    }

    [Theory]
    [InlineData(new string[0], "new", 1)]
    [InlineData(new[] { "name" }, "new", 0)]
    [InlineData(new[] { "labels" }, "old", 1)]
    [InlineData(new[] { "*" }, "new", 1)]
    [InlineData(new[] { "create_time", "etag" }, "old", 0)]
    public async Task UpdateTenant_Mask_OnlyNamedFieldsChange(string[] paths, string name, int labels)
    {
        var tenant = await CreateAsync(new() { Name = "old" });
        var updated = await UpdateAsync(new() { Id = tenant.Id, Name = "new", Labels = { ["k"] = "v" } }, paths);
        Assert.Equal((name, labels), (updated.Name, updated.Labels.Count));
        Assert.Equal(name == "old" && labels == 0, updated.Etag == tenant.Etag);
    }

    [Fact]
    public async Task UpdateTenant_UnknownPathAndWrongName_BothNamed()
    {
        var error = await RpcErrors.OfAsync(() => UpdateAsync(new() { Id = "acme", Name = new string('n', 201) }, ["name", "nonsense"]));
        Assert.Equal(["tenant.name TOO_LONG", "update_mask FIELD_UNKNOWN"], error.Violations().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task UpdateTenant_OldEtag_AbortedAndNothingChanged()
    {
        var tenant = await CreateAsync(new() { Name = "one" });
        await UpdateAsync(new() { Id = tenant.Id, Name = "two", Etag = tenant.Etag });
        var error = await RpcErrors.OfAsync(() => UpdateAsync(new() { Id = tenant.Id, Name = "three", Etag = tenant.Etag }));
        Assert.Equal((StatusCode.Aborted, "ETAG_MISMATCH"), (error.Code, error.Info.Reason));
        Assert.Equal("two", (await Platform.GetTenantAsync(new() { TenantId = tenant.Id }, cancellationToken: Cancelled)).Tenant.Name);
    }

    [Fact]
    public async Task DeleteTenant_HasWebhooks_OnlyWithForce()
    {
        Store.WithWebhooks.Add("acme");
        var error = await RpcErrors.OfAsync(() => DeleteAsync(new() { TenantId = "acme" }));
        Assert.Equal((StatusCode.FailedPrecondition, "TENANT_NOT_EMPTY"), (error.Code, error.Info.Reason));
        Assert.Equal("TENANT_NOT_EMPTY", error.Detail<PreconditionFailure>().Violations.Single().Type);
        await DeleteAsync(new() { TenantId = "acme", Force = true });
    }

    [Fact]
    public async Task DeleteTenant_Done_KeysStopWebhooksForgottenDeliveriesCancelled()
    {
        var key = await CreateKeyAsync("acme");
        await ClientOf(key.Secret).GetTenantAsync(new(), cancellationToken: Cancelled);
        var catalog = Server.Services.GetRequiredService<WebhookCatalog>();
        await catalog.GetAsync("acme", Cancelled);
        Orphans.Batches.Enqueue(1000);
        Orphans.Batches.Enqueue(3);

        await DeleteAsync(new() { TenantId = "acme" });

        Assert.Equal(3, Orphans.Calls);
        await catalog.GetAsync("acme", Cancelled);
        Assert.Equal(2, Configs.Loads);
        var error = await RpcErrors.OfAsync(async () =>
            await ClientOf(key.Secret).GetTenantAsync(new(), cancellationToken: Cancelled));
        Assert.Equal("API_KEY_INVALID", error.Info.Reason);
    }

    [Theory]
    [InlineData("default", "", StatusCode.FailedPrecondition, "DEFAULT_TENANT")]
    [InlineData("missing", "", StatusCode.NotFound, "NOT_FOUND")]
    [InlineData("acme", "7", StatusCode.Aborted, "ETAG_MISMATCH")]
    [InlineData("acme", "nonsense", StatusCode.Aborted, "ETAG_MISMATCH")]
    [InlineData("", "", StatusCode.InvalidArgument, "INVALID_FIELDS")]
    public async Task DeleteTenant_CannotBe_Refused(string id, string etag, StatusCode code, string reason)
    {
        var error = await RpcErrors.OfAsync(() => DeleteAsync(new() { TenantId = id, Etag = etag, Force = true }));
        Assert.Equal((code, reason), (error.Code, error.Info.Reason));
    }

    private async Task<Tenant> CreateAsync(Tenant? tenant) =>
        (await Platform.CreateTenantAsync(new() { Tenant = tenant }, cancellationToken: Cancelled)).Tenant;

    private async Task<Tenant> UpdateAsync(Tenant tenant, params string[] paths) => (await Platform.UpdateTenantAsync(
        new() { Tenant = tenant, UpdateMask = new FieldMask { Paths = { paths } } }, cancellationToken: Cancelled)).Tenant;

    private async Task DeleteAsync(DeleteTenantRequest request) =>
        await Platform.DeleteTenantAsync(request, cancellationToken: Cancelled);
}
