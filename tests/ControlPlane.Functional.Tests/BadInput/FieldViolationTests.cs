using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.BadInput;

/// <summary>A request with several wrong fields is told of all of them, and leaves nothing behind.</summary>
public sealed class FieldViolationTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task CreateWebhook_ManyWrongFields_NamesAllAndStoresNothing()
    {
        var refusal = await Refusal.OfAsync(Tenant.Clients.Webhooks.CreateWebhookAsync(new()
        {
            Secret = "short",
            RequestId = new string('r', 200),
            Webhook = new()
            {
                Name = new string('n', 201),
                Url = "http://user@10.0.0.1:80/#x",
                EventTypes = { "ok", "not ok", "ok" },
                Instances = { "" },
                Dialect = "morse",
                Headers = { ["content-length"] = "1", ["x-line"] = "a\r\nb" },
                Timeout = Duration.FromTimeSpan(TimeSpan.FromHours(1)),
                MaxInFlight = -1,
                MaxRatePerSecond = double.NaN,
                Labels = { [""] = "empty" },
                Description = "bell\a",
                ExternalId = new string('x', 257),
                RetryPolicy = new() { MaxAttempts = 101, Jitter = 2, NonRetryableStatuses = { 200 } },
            },
        }));

        refusal.Is(StatusCode.InvalidArgument, "INVALID_FIELDS");
        var fields = refusal.Detail<Google.Rpc.BadRequest>().FieldViolations.Select(v => v.Field).ToHashSet();
        Assert.Superset(
            new HashSet<string>
            {
                "secret", "request_id", "webhook.name", "webhook.url", "webhook.event_types[1]", "webhook.event_types[2]",
                "webhook.instances[0]", "webhook.dialect", "webhook.timeout", "webhook.max_in_flight", "webhook.max_rate_per_second",
                "webhook.labels[\"\"]", "webhook.description", "webhook.external_id", "webhook.retry_policy.max_attempts",
                "webhook.retry_policy.jitter", "webhook.retry_policy.non_retryable_statuses[0]",
            },
            fields);
        Assert.Superset(
            new HashSet<string> { "URL_NOT_HTTPS", "URL_HAS_USERINFO", "URL_HAS_FRAGMENT", "URL_ADDRESS_BLOCKED", "URL_PORT_NOT_ALLOWED" },
            refusal.Violations.Where(v => v.StartsWith("webhook.url ", StringComparison.Ordinal)).Select(v => v.Split(' ')[1]).ToHashSet());
        Assert.Empty((await Tenant.Clients.Webhooks.ListWebhooksAsync(new())).Webhooks);
    }

    [Fact]
    public async Task UpdateWebhook_WrongFields_ChangesNothing()
    {
        var before = (await Tenant.HookAsync(Receiver.Open())).Webhook;

        var refusal = await Refusal.OfAsync(Tenant.Clients.Webhooks.UpdateWebhookAsync(new()
        {
            Webhook = new() { Id = before.Id, Name = "fine", Url = "https://localhost:22/", MaxInFlight = 5000 },
        }));

        refusal.Is(StatusCode.InvalidArgument, "INVALID_FIELDS");
        Assert.Equal(["webhook.max_in_flight OUT_OF_RANGE", "webhook.url URL_PORT_NOT_ALLOWED"], refusal.Violations.Order());
        Assert.Equal(before, await Tenant.GetHookAsync(before.Id));
    }

    [Fact]
    public async Task PublishEvent_ManyWrongFields_NamesAllAndStoresNothing()
    {
        await Tenant.HookAsync(Receiver.Open());

        var refusal = await Refusal.OfAsync(Tenant.Clients.Events.PublishEventAsync(new()
        {
            Event = new()
            {
                Id = "a.b",
                Type = "with space",
                Instance = "a\nb",
                ContentType = "nonsense",
                IdempotencyKey = "ü",
                OrderingKey = new string('k', 129),
                Labels = { [new string('k', 64)] = "" },
            },
        }));

        refusal.Is(StatusCode.InvalidArgument, "INVALID_FIELDS");
        Assert.Equal(
            [
                "event.content_type CONTENT_TYPE_INVALID", "event.id EVENT_ID_INVALID", "event.idempotency_key IDEMPOTENCY_KEY_INVALID",
                "event.instance INVALID_CHARACTERS", $"event.labels[\"{new string('k', 64)}\"] TOO_LONG", "event.ordering_key ORDERING_KEY_INVALID",
                "event.payload REQUIRED", "event.type EVENT_TYPE_INVALID",
            ],
            refusal.Violations.Order(StringComparer.Ordinal));
        Assert.Empty((await Tenant.Clients.Events.ListEventsAsync(new())).Events);
        Assert.Empty(await Tenant.ListAsync());
    }

    [Theory]
    [InlineData("{\"a\":1,}")]
    [InlineData("{} {}")]
    [InlineData("NaN")]
    public async Task PublishEvent_NotJson_IsRefused(string payload)
    {
        var refusal = await Refusal.OfAsync(Tenant.Clients.Events.PublishEventAsync(
            new() { Event = TestTenant.NewEvent(e => e.Payload = ByteString.CopyFromUtf8(payload)) }));

        Assert.Equal(["event.payload PAYLOAD_NOT_JSON"], refusal.Violations);
    }

    [Fact]
    public async Task PublishEvent_LargestPayload_IsTakenAndOneByteMoreRefused()
    {
        var inbox = Receiver.Open();
        await Tenant.HookAsync(inbox);
        var largest = ByteString.CopyFromUtf8($"\"{new string('x', (256 << 10) - 2)}\"");

        await Tenant.PublishAsync(e => e.Payload = largest);
        var refusal = await Refusal.OfAsync(Tenant.Clients.Events.PublishEventAsync(
            new() { Event = TestTenant.NewEvent(e => e.Payload = ByteString.CopyFrom([.. largest, (byte)' '])) }));

        Assert.Equal(["event.payload PAYLOAD_TOO_LARGE"], refusal.Violations);
        Assert.Equal(largest.ToByteArray(), Assert.Single(await inbox.CountAsync(1)).Body.ToArray());
    }

    [Fact]
    public async Task Admin_WrongFields_NamesAllAndStoresNothing()
    {
        var refusal = await Refusal.OfAsync(Tenant.Clients.Admin.CreateApiKeyAsync(new()
        {
            ApiKey = new() { Platform = true, TenantId = Tenant.Id, Name = "a\u202Eb", Scopes = { "everything" }, ExpireTime = new Timestamp() },
        }));

        refusal.Is(StatusCode.InvalidArgument, "INVALID_FIELDS");
        Assert.Equal(
            ["api_key.expire_time", "api_key.name", "api_key.scopes[0]", "api_key.tenant_id"],
            refusal.Detail<Google.Rpc.BadRequest>().FieldViolations.Select(v => v.Field).Order(StringComparer.Ordinal));
        Assert.Single((await Tenant.Clients.Admin.ListApiKeysAsync(new())).ApiKeys);
    }

    [Fact]
    public async Task Violations_MoreThanATrailerBears_StillArrive()
    {
        var batch = new BatchPublishEventsRequest { Events = { Enumerable.Range(0, 1000).Select(_ => new Event { Id = new string('.', 300) }) } };

        var refusal = await Refusal.OfAsync(Tenant.Clients.Events.BatchPublishEventsAsync(batch));

        refusal.Is(StatusCode.InvalidArgument, "INVALID_FIELDS");
        Assert.Equal(100, refusal.Violations.Count);
    }
}
