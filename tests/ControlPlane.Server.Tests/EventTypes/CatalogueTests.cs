using ControlPlane.Server.Tests.Webhooks;
using ControlPlane.V1;
using Google.Rpc;
using Grpc.Core;

namespace ControlPlane.Server.Tests.EventTypes;

/// <summary>Listing, creating, changing and deleting event types.</summary>
public sealed class CatalogueTests : WebhookTest
{
    private async Task<EventType> CreateAsync(string name, string tenant = "", string description = "") =>
        (await Webhooks.CreateEventTypeAsync(
            new() { EventType = new() { TenantId = tenant, Name = name, Description = description } }, cancellationToken: Cancelled)).EventType;

    private async Task<List<EventType>> ListAsync(string tenant = "", int pageSize = 1_000)
    {
        var all = new List<EventType>();
        var token = "";
        do
        {
            var page = await Webhooks.ListEventTypesAsync(
                new() { TenantId = tenant, PageSize = pageSize, PageToken = token }, cancellationToken: Cancelled);
            Assert.InRange(page.EventTypes.Count, 1, pageSize);
            all.AddRange(page.EventTypes);
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        return all;
    }

    [Theory]
    [InlineData("wachat", "messages.upsert messages.update contacts.update chats.update qrcode.updated connection.update")]
    [InlineData("gowa", "message.received connection.connected")]
    [InlineData(
        "wawp",
        "message message.any message.ack message.ack.group message.waiting message.revoked message.edited message.reaction poll.vote "
        + "poll.vote.failed group.join group.leave group.v2.join group.v2.leave group.v2.update group.v2.participants session.status "
        + "state.change presence.update chat.archive call.received call.accepted call.rejected label.upsert label.deleted "
        + "label.chat.added label.chat.deleted event.response")]
    [InlineData("wazapin", "message.new message.sent message.status_update conversation.updated contact.updated template.status_update")]
    [InlineData("wahooks", "message message.any message.ack session.status presence.update")]
    public async Task List_BuiltIn_IsWhatTheSystemDocuments(string dialect, string names)
    {
        var listed = (await ListAsync()).Where(type => type.Dialect == dialect).ToList();
        Assert.Equal(names.Split(' '), listed.Select(type => type.Name));
        Assert.All(listed, type => Assert.Equal(("", "", false), (type.TenantId, type.Etag, type.Deprecated)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(50)]
    public async Task List_Pages_OwnNewestFirstThenBuiltIn(int pageSize)
    {
        foreach (var name in (string[])["a", "b", "message"])
        {
            await CreateAsync(name);
        }

        await CreateAsync("foreign", "acme");
        var whole = await ListAsync();
        Assert.Equal(["message", "b", "a", "messages.upsert"], whole.Take(4).Select(type => type.Name));
        Assert.Equal(3 + 6 + 2 + 28 + 6 + 5 + 6, whole.Count);
        Assert.Equal(whole, await ListAsync(pageSize: pageSize));
        Assert.Equal(["foreign", "message"], (await ListAsync("-")).Take(2).Select(type => type.Name));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(50)]
    public async Task List_OfATenant_HasThePlatformsBehindItsOwn(int pageSize)
    {
        await CreateAsync("platform.a");
        await CreateAsync("own.a", "acme");
        await CreateAsync("own.b", "acme");
        await CreateAsync("platform.b");
        await CreateAsync("foreign", "other");

        var listed = await ListAsync("acme", pageSize);

        Assert.Equal(["own.b", "own.a", "platform.b", "platform.a", "messages.upsert"], listed.Take(5).Select(type => type.Name));
        Assert.Equal(["acme", "acme", "default", "default", ""], listed.Take(5).Select(type => type.TenantId));
        Assert.Equal((await ListAsync("acme")).Count, listed.Count);
        Assert.Equal(["platform.b", "platform.a", "messages.upsert"], (await ListAsync("default", pageSize)).Take(3).Select(type => type.Name));
    }

    [Fact]
    public async Task List_Operational_AreOfNoTenantAndNoDialect()
    {
        var listed = (await ListAsync()).Where(type => type.Dialect.Length == 0).ToList();
        Assert.Equal(
            [
                "controlplane.webhook.suspended", "controlplane.webhook.failing", "controlplane.webhook.recovered",
                "controlplane.certificate.expiring", "controlplane.webhook.resumed", "controlplane.delivery.dead",
            ],
            listed.Select(type => type.Name));
        Assert.All(listed, type => Assert.Equal(("", ""), (type.TenantId, type.Etag)));
        Assert.All(listed, type => Assert.NotEmpty(type.Description));
    }

    [Fact]
    public async Task List_TokenOfAnotherList_Refused()
    {
        var page = await Webhooks.ListEventTypesAsync(new() { PageSize = 1 }, cancellationToken: Cancelled);
        var error = await RpcErrors.OfAsync(async () => await Webhooks.ListEventTypesAsync(
            new() { TenantId = "acme", PageToken = page.NextPageToken, PageSize = -1 }, cancellationToken: Cancelled));
        Assert.Equal(["page_size NEGATIVE", "page_token PAGE_TOKEN_INVALID"], error.Violations());
    }

    [Fact]
    public async Task Create_Twice_AlreadyExists()
    {
        var made = await CreateAsync("order.paid", description: "An order\nwas paid.");
        Assert.Equal(("default", "order.paid", "An order\nwas paid.", ""), (made.TenantId, made.Name, made.Description, made.Dialect));
        Assert.Equal(Clock.GetUtcNow(), made.CreateTime.ToDateTimeOffset());
        var error = await RpcErrors.OfAsync(() => CreateAsync("order.paid"));
        Assert.Equal((StatusCode.AlreadyExists, "EVENT_TYPE_EXISTS"), (error.Code, error.Info.Reason));
        await CreateAsync("order.paid", "acme");
    }

    [Fact]
    public async Task Create_WrongFields_AllNamed()
    {
        async Task<IEnumerable<string>> RefusedAsync(EventType? type) => (await RpcErrors.OfAsync(async () =>
            await Webhooks.CreateEventTypeAsync(new() { EventType = type }, cancellationToken: Cancelled))).Violations();

        Assert.Equal(["event_type REQUIRED"], await RefusedAsync(null));
        Assert.Equal(["event_type.name REQUIRED"], await RefusedAsync(new()));
        Assert.Equal(
            ["event_type.name EVENT_TYPE_INVALID", "event_type.description TOO_LONG"],
            await RefusedAsync(new() { Name = "order.*", Description = new string('d', 1_001) }));
        Assert.Equal(["event_type.name EVENT_TYPE_RESERVED"], await RefusedAsync(new() { Name = "controlplane.mine" }));
        Assert.Equal(StatusCode.NotFound, (await RpcErrors.OfAsync(() => CreateAsync("a", "nobody"))).Code);
    }

    [Fact]
    public async Task Create_MoreThanATenantMayHave_Refused()
    {
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i =>
            Engine.EventTypes.CreateAsync(new() { TenantId = "acme", Name = $"t{i}" }, 1_000, Cancelled)));

        var error = await RpcErrors.OfAsync(() => CreateAsync("one.more", "acme"));
        Assert.Equal((StatusCode.ResourceExhausted, "EVENT_TYPE_LIMIT_REACHED"), (error.Code, error.Info.Reason));
        Assert.Equal("tenant:acme", Assert.Single(error.Detail<QuotaFailure>().Violations).Subject);
    }

    [Fact]
    public async Task Update_Mask_ChangesWhatItNames()
    {
        var made = await CreateAsync("a", description: "before");
        var changed = await UpdateAsync(new() { Name = "a", Deprecated = true });
        Assert.Equal(("before", true), (changed.Description, changed.Deprecated));
        Assert.NotEqual(made.Etag, changed.Etag);
        Assert.Equal(("", false), Told(await UpdateAsync(new() { Name = "a" }, "*")));
        Assert.Equal(("new", false), Told(await UpdateAsync(new() { Name = "a", Description = "new", Deprecated = true }, "description")));

        var stale = await RpcErrors.OfAsync(() => UpdateAsync(new() { Name = "a", Etag = made.Etag, Deprecated = true }));
        Assert.Equal((StatusCode.Aborted, "ETAG_MISMATCH"), (stale.Code, stale.Info.Reason));
        Assert.Equal(StatusCode.NotFound, (await RpcErrors.OfAsync(() => UpdateAsync(new() { Name = "b", Deprecated = true }))).Code);
        Assert.Equal(StatusCode.NotFound, (await RpcErrors.OfAsync(() => UpdateAsync(new() { Name = "messages.upsert" }))).Code);

        static (string, bool) Told(EventType type) => (type.Description, type.Deprecated);
    }

    [Fact]
    public async Task Delete_Type_IsGone()
    {
        var made = await CreateAsync("a");
        foreach (var etag in (string[])["2", "01", "x"])
        {
            var stale = await RpcErrors.OfAsync(() => DeleteAsync("a", etag));
            Assert.Equal((StatusCode.Aborted, "ETAG_MISMATCH"), (stale.Code, stale.Info.Reason));
        }

        await DeleteAsync("a", made.Etag);
        Assert.DoesNotContain(await ListAsync(), type => type.Name == "a");
        Assert.Equal(StatusCode.NotFound, (await RpcErrors.OfAsync(() => DeleteAsync("a", ""))).Code);
    }

    [Fact]
    public async Task OtherTenant_TypesDoNotExist()
    {
        await CreateAsync("secret.type", "other");
        var acme = await OfTenantAsync("acme");
        var listed = await acme.ListEventTypesAsync(new() { PageSize = 1_000 }, cancellationToken: Cancelled);
        Assert.DoesNotContain(listed.EventTypes, type => type.Name == "secret.type");
        foreach (var tenant in (string[])["default", "other", "nobody"])
        {
            var error = await RpcErrors.OfAsync(async () => await acme.ListEventTypesAsync(new() { TenantId = tenant }, cancellationToken: Cancelled));
            Assert.Equal(StatusCode.NotFound, error.Code);
            error = await RpcErrors.OfAsync(async () => await acme.DeleteEventTypeAsync(
                new() { TenantId = tenant, Name = "secret.type" }, cancellationToken: Cancelled));
            Assert.Equal(StatusCode.NotFound, error.Code);
        }

        var unknown = await RpcErrors.OfAsync(() => ListAsync("nobody"));
        Assert.Equal(StatusCode.NotFound, unknown.Code);
    }

    private async Task<EventType> UpdateAsync(EventType type, params string[] mask) =>
        (await Webhooks.UpdateEventTypeAsync(
            new() { EventType = type, UpdateMask = new() { Paths = { mask } } }, cancellationToken: Cancelled)).EventType;

    private async Task DeleteAsync(string name, string etag) =>
        await Webhooks.DeleteEventTypeAsync(new() { Name = name, Etag = etag }, cancellationToken: Cancelled);
}
