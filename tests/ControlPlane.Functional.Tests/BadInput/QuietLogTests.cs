using ControlPlane.Testing;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.BadInput;

/// <summary>What anybody can provoke writes no error into the log.</summary>
public sealed class QuietLogTests(SharedServer shared) : SharedServerTest(shared)
{
    private const string Publish = "/controlplane.v1.EventService/PublishEvent";

    [Fact]
    public async Task Publish_LengthBeyondAnyMessage_InvalidArgument()
    {
        using var raw = new RawGrpc(Server.Setup.Grpc, Tenant.Key);

        var answer = await raw.CallAsync(Publish, RawGrpc.Frame([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]));

        Assert.Equal(StatusCode.InvalidArgument, answer.Status);
        Server.Log.AssertClean();
    }

    [Fact]
    public async Task Publish_CancelledAtAnyMoment_LeavesNoError()
    {
        for (var i = 0; i < 300; i++)
        {
            using var cancel = new CancellationTokenSource();
            var call = Tenant.Clients.Events.PublishEventAsync(new() { Event = TestTenant.NewEvent() }, cancellationToken: cancel.Token);
            for (var turns = i % 30; turns > 0; turns--)
            {
                await Task.Yield();
            }

            await cancel.CancelAsync();
            await Record.ExceptionAsync(() => call.ResponseAsync);
        }

        await Tenant.PublishAsync();
        Server.Log.AssertClean();
    }
}
