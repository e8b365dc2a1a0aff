using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.Delivering;

/// <summary>On a server of its own, because it is started again.</summary>
public sealed class IdempotencyTests(SharedServer shared)
{
    private static readonly Action<Event> ById = e => e.Id = "order:1";
    private static readonly Action<Event> ByKey = e => e.IdempotencyKey = "order 1, created";

    [Fact]
    public async Task PublishAgain_SameIdOrKey_AnswersTheFirstResultAlsoAfterARestart()
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver);
        var inbox = shared.Receiver.Open();
        using var tenant = await TestTenant.CreateAsync(server);
        await tenant.HookAsync(inbox);
        var first = new[] { await tenant.PublishAsync(ById), await tenant.PublishAsync(ByKey) };
        await inbox.CountAsync(2);
        // One more webhook: the first fan-out stays what it was.
        await tenant.HookAsync(shared.Receiver.Open());

        await AssertRepeatedAsync(tenant, first);
        Assert.Equal(0, await server.StopAsync());
        await server.StartAsync();
        using var later = new TestTenant(tenant.Id, tenant.Key, server.Connect(tenant.Key));
        await AssertRepeatedAsync(later, first);

        Assert.Equal(2, (await later.ListAsync()).Count);
        Assert.Equal(2, inbox.Requests.Count);
    }

    private static async Task AssertRepeatedAsync(TestTenant tenant, PublishEventResponse[] first)
    {
        Action<Event>[] ways = [ById, ByKey];
        for (var i = 0; i < ways.Length; i++)
        {
            var again = await tenant.PublishAsync(ways[i]);
            Assert.True(again.Duplicate);
            Assert.Equal(first[i].Event, again.Event);
            Assert.Equal(first[i].DeliveryCount, again.DeliveryCount);

            void Differ(Event e)
            {
                ways[i](e);
                e.Payload = ByteString.CopyFromUtf8("""{"order":2}""");
            }

            var refusal = await Refusal.OfAsync(
                tenant.Clients.Events.PublishEventAsync(new() { Event = TestTenant.NewEvent(Differ) }));
            refusal.Is(StatusCode.AlreadyExists, "EVENT_CONFLICT");
        }
    }
}
