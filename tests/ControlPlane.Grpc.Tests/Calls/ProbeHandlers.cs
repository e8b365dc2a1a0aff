using ControlPlane.Probe;
using Grpc.Core;

namespace ControlPlane.Grpc.Tests.Calls;

/// <summary>What the probe service does in one test. A method that a test says nothing about answers UNIMPLEMENTED.</summary>
internal sealed record ProbeHandlers
{
    public UnaryServerMethod<Item, Item>? Unary { get; init; }

    public ClientStreamingServerMethod<Item, Item>? Upload { get; init; }

    public ServerStreamingServerMethod<Item, Item>? Download { get; init; }

    public DuplexStreamingServerMethod<Item, Item>? Exchange { get; init; }
}

/// <summary>The generated service base, bound the usual way, calling the handlers of the test.</summary>
internal sealed class ProbeService(ProbeHandlers handlers) : Probe.Probe.ProbeBase
{
    public override Task<Item> Unary(Item request, ServerCallContext context) =>
        handlers.Unary?.Invoke(request, context) ?? base.Unary(request, context);

    public override Task<Item> Upload(IAsyncStreamReader<Item> requestStream, ServerCallContext context) =>
        handlers.Upload?.Invoke(requestStream, context) ?? base.Upload(requestStream, context);

    public override Task Download(Item request, IServerStreamWriter<Item> responseStream, ServerCallContext context) =>
        handlers.Download?.Invoke(request, responseStream, context) ?? base.Download(request, responseStream, context);

    public override Task Exchange(
        IAsyncStreamReader<Item> requestStream, IServerStreamWriter<Item> responseStream, ServerCallContext context) =>
        handlers.Exchange?.Invoke(requestStream, responseStream, context)
        ?? base.Exchange(requestStream, responseStream, context);
}
