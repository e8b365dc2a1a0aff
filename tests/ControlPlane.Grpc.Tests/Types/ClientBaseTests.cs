using ControlPlane.Probe;
using Grpc.Core;

namespace ControlPlane.Grpc.Tests.Types;

public sealed class ClientBaseTests
{
    [Fact]
    public void WithHost_OnAClient_MakesCallsWithThatAuthority()
    {
        var invoker = new RecordingInvoker();
        var client = new Probe.Probe.ProbeClient(invoker);
        var token = TestContext.Current.CancellationToken;

        client.WithHost("other").Unary(new Item(), cancellationToken: token);
        client.WithHost("other").WithHost("third").Unary(new Item(), cancellationToken: token);
        client.Unary(new Item(), cancellationToken: token);

        Assert.Equal(["other", "third", null], invoker.Hosts);
    }

    [Fact]
    public void Client_WithoutAChannel_SaysSo()
    {
        var client = new ProbeClientDouble();

        var failure = Assert.Throws<InvalidOperationException>(
            () => client.Unary(new Item(), cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("/controlplane.probe.Probe/Unary", failure.Message, StringComparison.Ordinal);
    }

    private sealed class ProbeClientDouble : Probe.Probe.ProbeClient;

    private sealed class RecordingInvoker : CallInvoker
    {
        public List<string?> Hosts { get; } = [];

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        {
            Hosts.Add(host);
            return method.ResponseMarshaller.Deserializer([]);
        }

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            throw new NotSupportedException();

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            throw new NotSupportedException();

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) =>
            throw new NotSupportedException();

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) =>
            throw new NotSupportedException();
    }
}
