using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Functional.Tests.Delivering;

public sealed class PublishTests(SharedServer shared) : SharedServerTest(shared)
{
    // White space, key order, escapes and numbers that any reading and writing again would change.
    private const string Peculiar = "{ \"b\" : 1.50, \"a\":\"\\u00e9 é 😀 \\/\",\r\n\t\"n\": 12345678901234567890123, \"b\":2 }\n";

    [Fact]
    public async Task Publish_MatchingWebhook_ArrivesSignedWithTheSameBytes()
    {
        var inbox = Receiver.Open();
        var hook = await Tenant.HookAsync(inbox, w => w.Headers["x-team"] = "blue");
        var payload = ByteString.CopyFromUtf8(Peculiar);

        var published = await Tenant.PublishAsync(e => e.Payload = payload);

        var request = Assert.Single(await inbox.CountAsync(1));
        Assert.Equal(1, published.DeliveryCount);
        Assert.False(published.Duplicate);
        Assert.Equal("POST", request.Method);
        Assert.Equal(published.Event.Id, request.Id);
        Assert.Equal(payload.ToByteArray(), request.Body.ToArray());
        Assert.Equal("application/json", request.Header("content-type"));
        Assert.Equal("blue", request.Header("x-team"));
        Assert.StartsWith("controlplane/", request.Header("user-agent"), StringComparison.Ordinal);
        Assert.True(request.Verify(hook.Secret).IsValid);
        Assert.False(request.Verify("whsec_" + Convert.ToBase64String(new byte[32])).IsValid);
    }

    [Fact]
    public async Task Publish_HalfASurrogatePair_ArrivesAsItWasWritten()
    {
        var inbox = Receiver.Open();
        await Tenant.HookAsync(inbox);
        await Tenant.HookAsync(inbox, webhook => webhook.Dialect = "waha");
        const string cut = """{"text":"cut \ud83d"}""";

        await Tenant.PublishAsync(e => e.Payload = ByteString.CopyFromUtf8(cut));

        var requests = await inbox.CountAsync(2);
        Assert.All(requests, request => Assert.Contains(cut, System.Text.Encoding.UTF8.GetString(request.Body.Span), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Publish_ByteOrderMark_IsRefusedWhereItMustBeJsonAndSentWhereNot()
    {
        var inbox = Receiver.Open();
        await Tenant.HookAsync(inbox);
        var marked = ByteString.CopyFrom([0xEF, 0xBB, 0xBF, .. "{}"u8]);

        var refusal = await Refusal.OfAsync(() => Tenant.PublishAsync(e => e.Payload = marked));
        await Tenant.PublishAsync(e => (e.Payload, e.ContentType) = (marked, "text/plain"));

        Assert.Equal(["event.payload PAYLOAD_NOT_JSON"], refusal.Violations);
        Assert.Equal(marked.ToByteArray(), Assert.Single(await inbox.CountAsync(1)).Body.ToArray());
    }

    [Fact]
    public async Task Publish_Delivered_IsRecordedWithItsAttempt()
    {
        var inbox = Receiver.Open();
        inbox.Answer = _ => new Answer(200) { Body = "thank you\u0007" };
        var hook = await Tenant.HookAsync(inbox);

        var sent = await Tenant.SendAsync(e => e.Instance = "shop-1");

        var delivery = await Tenant.UntilAsync(sent.Id, DeliveryState.Succeeded);
        var attempt = Assert.Single(delivery.Attempts);
        Assert.Equal((hook.Webhook.Id, Tenant.Id, "order.created", "shop-1"),
            (delivery.WebhookId, delivery.TenantId, delivery.EventType, delivery.Instance));
        Assert.Equal((EndReason.Delivered, DeliveryTrigger.Publish, 1, 200, FailureKind.Unspecified),
            (delivery.EndReason, delivery.Trigger, delivery.AttemptCount, delivery.LastStatusCode, delivery.LastFailure));
        Assert.Null(delivery.NextAttemptTime);
        Assert.Equal((1, DeliveryTrigger.Publish, 200, FailureKind.Unspecified, ""),
            (attempt.Number, attempt.Trigger, attempt.StatusCode, attempt.Failure, attempt.FailureMessage));
        Assert.Equal("thank you\uFFFD", attempt.ResponseExcerpt);
        Assert.StartsWith("127.0.0.1", attempt.RemoteAddress, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_StoredEvent_IsGivenBackWithItsPayload()
    {
        var published = await Tenant.PublishAsync(e =>
        {
            (e.Payload, e.ContentType, e.Instance) = (ByteString.CopyFrom(0, 1, 254, 255), "application/x-thing", "i");
            e.Labels["team"] = "blue";
        });

        var found = (await Tenant.Clients.Events.GetEventAsync(new() { EventId = published.Event.Id })).Event;
        var listed = Assert.Single((await Tenant.Clients.Events.ListEventsAsync(new())).Events);

        Assert.Equal(0, published.DeliveryCount);
        Assert.Equal(ByteString.CopyFrom(0, 1, 254, 255), found.Payload);
        Assert.Equal(("application/x-thing", "i", "blue", Tenant.Id), (found.ContentType, found.Instance, found.Labels["team"], found.TenantId));
        Assert.Equal(listed, published.Event);
    }

    [Fact]
    public async Task Publish_PatternsAndInstances_ReachExactlyTheMatchingWebhooks()
    {
        var inboxes = new Dictionary<string, Inbox>();
        async Task Hook(string name, string[] types, params string[] instances)
        {
            inboxes[name] = Receiver.Open();
            await Tenant.HookAsync(inboxes[name], w =>
            {
                w.EventTypes.Clear();
                w.EventTypes.Add(types);
                w.Instances.Add(instances);
            });
        }

        await Hook("all", ["*"]);
        await Hook("exact", ["order.created"]);
        await Hook("prefix", ["order.*"]);
        await Hook("several", ["order.*", "order.created", "invoice.paid"]);
        await Hook("one instance", ["*"], "shop-1");
        await Hook("two instances", ["order.*"], "shop-1", "shop-2");
        (string Type, string Instance, string[] Reached)[] cases =
        [
            ("order.created", "", ["all", "exact", "prefix", "several"]),
            ("order.created", "shop-1", ["all", "exact", "prefix", "several", "one instance", "two instances"]),
            ("order.line.added", "shop-2", ["all", "prefix", "several", "two instances"]),
            ("order", "shop-1", ["all", "one instance"]),
            ("orders.created", "shop-3", ["all"]),
            ("invoice.paid", "", ["all", "several"]),
        ];

        var expected = inboxes.Keys.ToDictionary(name => name, _ => new List<string>());
        foreach (var (type, instance, reached) in cases)
        {
            var published = await Tenant.PublishAsync(e => (e.Type, e.Instance) = (type, instance));
            Assert.Equal(reached.Length, published.DeliveryCount);
            foreach (var name in reached)
            {
                expected[name].Add(published.Event.Id);
            }
        }

        foreach (var (name, ids) in expected)
        {
            var requests = await inboxes[name].CountAsync(ids.Count);
            Assert.Equal(ids.Order(), requests.Select(r => r.Id).Order());
        }
    }

    [Fact]
    public async Task Publish_OneWebhookHangs_OthersGetTheirs()
    {
        var release = new TaskCompletionSource();
        var (stuck, healthy) = (Receiver.Open(), Receiver.Open());
        stuck.Answer = _ => new Answer(204) { After = release.Task };
        await Tenant.HookAsync(stuck);
        await Tenant.HookAsync(healthy);

        for (var i = 0; i < 100; i++)
        {
            await Tenant.PublishAsync();
        }

        // The hanging one was never answered while all of these went through.
        await healthy.CountAsync(100);
        Assert.Empty(stuck.Accepted);
        release.SetResult();
        await stuck.CountAsync(100);
    }
}
