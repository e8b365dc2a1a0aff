using System.Globalization;
using System.Text;
using ControlPlane.Cli.Connection;
using ControlPlane.Cli.Output;
using ControlPlane.Signing;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Demo;

/// <summary>What the demo shows, step by step. A step that goes wrong throws.</summary>
internal sealed class DemoStory(
    ServerConnection server, DemoReceiver receiver, DeliveryFeed feed, Printer print, TimeProvider time)
{
    private static readonly TimeSpan DeliveryLimit = TimeSpan.FromSeconds(40);

    private readonly DemoProof _proof = new(receiver, time);
    private readonly string _run = time.GetUtcNow().ToString("HHmmss", CultureInfo.InvariantCulture);

    public async Task TellAsync(CancellationToken cancellationToken)
    {
        var messages = await RegisterAsync("messages", "/messages", "message.*", BuiltInDialects.StandardWebhooks, null, cancellationToken);
        var everything = await RegisterAsync("everything", "/everything", "*", BuiltInDialects.Svix, null, cancellationToken);
        // The preset waits 5 s before it tries again; the demo does not.
        var quick = new RetryPolicy
        {
            Fixed = new RetryPolicy.Types.Fixed { Delay = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(500)) },
            MaxAttempts = 20,
        };
        var orders = await RegisterAsync("orders", DemoReceiver.FlakyPath, "order.*", BuiltInDialects.StandardWebhooks, quick, cancellationToken);
        DemoHook[] hooks = [messages, everything, orders];

        var events = DemoEvents.Create(_run);
        var board = new DeliveryBoard(print, feed, hooks, time);
        await board.RunAsync(() => PublishAsync(events, hooks, cancellationToken));
        foreach (var hook in hooks)
        {
            _proof.Check(hook, events);
        }

        var delivered = feed.Latest;
        var retried = delivered.Count(d => d.AttemptCount > 1);
        if (retried == 0)
        {
            throw new DemoFailedException("No delivery was tried again although the receiver refused two requests.");
        }

        Say($"published {events.Count} events, one of them twice and stored once");
        Say($"delivered {delivered.Count} deliveries to {hooks.Length} webhooks, bodies equal bit for bit");
        Say($"retried   {retried} deliveries after the receiver answered 503 {DemoReceiver.Failures} times");
        await RotateAsync(messages, cancellationToken);
        await TestAsync(everything, cancellationToken);
        Say($"verified  {_proof.Verified} signatures with the secrets shown at creation and rotation");
    }

    private async Task<DemoHook> RegisterAsync(
        string name, string path, string eventType, Dialect dialect, RetryPolicy? retry, CancellationToken cancellationToken)
    {
        var webhook = new Webhook { Name = name, Url = receiver.Url(path), EventTypes = { eventType }, Dialect = dialect.Name, RetryPolicy = retry };
        var answer = await server.Webhooks.CreateWebhookAsync(new CreateWebhookRequest { Webhook = webhook }, server.Call(cancellationToken));
        Say($"webhook   {name} receives {eventType}, signed as {dialect.Name}: {answer.Webhook.Id}");
        return new DemoHook(name, answer.Webhook.Id, path, eventType, dialect, answer.Secret);
    }

    private async Task PublishAsync(IReadOnlyList<Event> events, DemoHook[] hooks, CancellationToken cancellationToken)
    {
        // Both ways in: one by one, and the second half as a batch.
        var half = events.Count / 2;
        foreach (var one in events.Take(half))
        {
            await server.Events.PublishEventAsync(new PublishEventRequest { Event = one }, server.Call(cancellationToken));
        }

        await server.Events.BatchPublishEventsAsync(
            new BatchPublishEventsRequest { Events = { events.Skip(half) } }, server.Call(cancellationToken));
        var again = await server.Events.PublishEventAsync(new PublishEventRequest { Event = events[0] }, server.Call(cancellationToken));
        if (!again.Duplicate)
        {
            throw new DemoFailedException($"{events[0].Id} was published twice and taken for a new event.");
        }

        var expected = hooks.Sum(hook => events.Count(e => hook.Wants(e.Type)));
        await feed.UntilAsync(
            latest => latest.Count == expected && latest.All(d => d.State is DeliveryState.Succeeded),
            DeliveryLimit,
            $"not all of {expected} deliveries succeeded",
            cancellationToken);
    }

    private async Task RotateAsync(DemoHook hook, CancellationToken cancellationToken)
    {
        var request = new RotateSecretRequest { WebhookId = hook.Id, GracePeriod = Duration.FromTimeSpan(TimeSpan.FromHours(1)) };
        var answer = await server.Webhooks.RotateSecretAsync(request, server.Call(cancellationToken));
        var published = new Event
        {
            Id = $"demo-{_run}-rotated",
            Type = "message.new",
            Payload = ByteString.CopyFrom(Encoding.UTF8.GetBytes("""{"after":"rotation"}""")),
        };
        await server.Events.PublishEventAsync(new PublishEventRequest { Event = published }, server.Call(cancellationToken));
        await feed.UntilAsync(
            latest => latest.Any(d => d.EventId == published.Id && d.WebhookId == hook.Id && d.State is DeliveryState.Succeeded),
            DeliveryLimit,
            "the event after the rotation was not delivered",
            cancellationToken);
        _proof.CheckRotation(hook, hook with { Secret = answer.Secret }, published);
        Say($"rotated   {hook.Name} has a new secret; requests carry two signatures, valid under the old and the new one");
    }

    private async Task TestAsync(DemoHook hook, CancellationToken cancellationToken)
    {
        var test = await server.Webhooks.TestWebhookAsync(new TestWebhookRequest { WebhookId = hook.Id }, server.Call(cancellationToken));
        if (test.Delivery.State is not DeliveryState.Succeeded)
        {
            throw new DemoFailedException($"The test delivery ended {test.Delivery.State}.");
        }

        _proof.CheckTest(hook, test.Delivery.EventId);
        Say($"tested    {hook.Name} answered {test.Delivery.LastStatusCode} to a test request");
    }

    private void Say(string text) => print.Line(new Cell("ok", Tone.Good), text);
}
