using ControlPlane.Testing;
using Google.Protobuf;

namespace ControlPlane.Functional.Tests.BadInput;

/// <summary>The largest payloads there can be, made to be hard on whoever parses them.</summary>
public sealed class NestedJsonTests(SharedServer shared)
{
    private const int Largest = 1 << 20;
    private const int Deepest = 64;

    private static readonly Dictionary<string, string> Deep = new()
    {
        ["arrays"] = new string('[', Largest),
        ["closed arrays"] = Nested(Largest / 2),
        ["objects"] = string.Concat(Enumerable.Repeat("{\"a\":", Largest / 5)),
        ["one level too many"] = Nested(Deepest + 1),
    };

    private static readonly Dictionary<string, string> Wide = new()
    {
        ["the deepest"] = Nested(Deepest),
        ["empty arrays"] = $"[{string.Join(',', Enumerable.Repeat("[]", (Largest - 4) / 3))}]",
        ["one number"] = new string('9', Largest),
        ["one name many times"] = $"{{{string.Join(',', Enumerable.Repeat("\"a\":1", (Largest - 4) / 6))}}}",
        ["escapes"] = $"\"{string.Concat(Enumerable.Repeat("\\u0000", (Largest - 2) / 6))}\"",
        ["white space"] = "1".PadLeft(Largest),
    };

    [Fact]
    public async Task Payload_OneMegabyte_TakenOrRefusedEverywhere()
    {
        await using var server = await ServerProcess.StartAsync(
            shared.Receiver, setup => setup.Settings["Publishing:MaxPayloadBytes"] = $"{Largest}");
        using var tenant = await TestTenant.CreateAsync(server);
        var inbox = shared.Receiver.Open();
        // Its dialect puts the payload into JSON.
        var hook = (await tenant.HookAsync(inbox, webhook => webhook.Dialect = "waha")).Webhook;

        foreach (var (name, text) in Deep)
        {
            var payload = ByteString.CopyFromUtf8(text);
            foreach (var call in Calls(tenant, hook.Id, payload))
            {
                var refusal = await Refusal.OfAsync(call);
                Assert.True(refusal.Violations is [var only] && only.EndsWith("payload PAYLOAD_NOT_JSON", StringComparison.Ordinal), $"{name}: {refusal}");
            }
        }

        foreach (var (_, text) in Wide)
        {
            var payload = ByteString.CopyFromUtf8(text);
            await Task.WhenAll(Calls(tenant, hook.Id, payload).Select(call => call()));
        }

        // What is not said to be JSON is not looked at.
        var plain = await tenant.PublishAsync(e => (e.Payload, e.ContentType) = (ByteString.CopyFromUtf8(Deep["arrays"]), "text/plain"));
        var read = await tenant.Clients.Events.GetEventAsync(new() { EventId = plain.Event.Id });
        Assert.Equal(Largest, read.Event.Payload.Length);
        var received = await inbox.CountAsync(2 * Wide.Count);
        Assert.All(received, request => Assert.Contains(Wide.Values, text => Contains(request.Body.Span, text)));
    }

    /// <summary>Everything that takes a payload.</summary>
    private static IEnumerable<Func<Task>> Calls(TestTenant tenant, string webhookId, ByteString payload) =>
    [
        async () => await tenant.PublishAsync(e => e.Payload = payload),
        async () => await tenant.Clients.Webhooks.TestWebhookAsync(new() { WebhookId = webhookId, Payload = payload }),
        async () => await tenant.Clients.Webhooks.PreviewRequestAsync(
            new() { WebhookId = webhookId, Event = TestTenant.NewEvent(e => e.Payload = payload) }),
    ];

    private static bool Contains(ReadOnlySpan<byte> body, string text) => body.IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) >= 0;

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);
}
