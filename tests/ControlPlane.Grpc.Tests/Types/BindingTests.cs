using Grpc.Core;

namespace ControlPlane.Grpc.Tests.Types;

public sealed class BindingTests
{
    [Fact]
    public void BindService_OfDefinition_HandsOverEveryMethodInOrder()
    {
        var binder = new NamingBinder();
        ServerServiceDefinition.CreateBuilder()
            .AddMethod(Method("A", MethodType.Unary), (request, _) => Task.FromResult(request))
            .AddMethod(
                Method("B", MethodType.DuplexStreaming),
                (IAsyncStreamReader<string> _, IServerStreamWriter<string> _, ServerCallContext _) => Task.CompletedTask)
            .Build()
            .BindService(binder);

        Assert.Equal(["/s/A", "/s/B"], binder.Names);
    }

    [Fact]
    public void AddMethod_SameNameTwice_IsRefused()
    {
        var builder = ServerServiceDefinition.CreateBuilder()
            .AddMethod(Method("A", MethodType.Unary), (request, _) => Task.FromResult(request));

        Assert.Throws<ArgumentException>(
            "method", () => builder.AddMethod(Method("A", MethodType.Unary), (request, _) => Task.FromResult(request)));
    }

    [Fact]
    public void Binder_ThatOverridesNothing_SaysWhatItCannotBind()
    {
        var failure = Assert.Throws<NotSupportedException>(() => new ServiceBinderBase().AddMethod(
            Method("A", MethodType.Unary), (UnaryServerMethod<string, string>?)null));

        Assert.Contains("/s/A", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BindServiceMethod_OnGeneratedBase_NamesTheBindMethod()
    {
        var attribute = (BindServiceMethodAttribute)Attribute.GetCustomAttribute(
            typeof(Probe.Probe.ProbeBase), typeof(BindServiceMethodAttribute))!;

        Assert.Equal(typeof(Probe.Probe), attribute.BindType);
        Assert.Equal("BindService", attribute.BindMethodName);
    }

    [Fact]
    public async Task WriteAsync_OnAWriterThatCannotCancel_RefusesOnlyRealTokens()
    {
        IAsyncStreamWriter<string> writer = new PlainWriter();
        using var source = new CancellationTokenSource();

        await writer.WriteAsync("a", CancellationToken.None);
        await Assert.ThrowsAsync<NotSupportedException>(() => writer.WriteAsync("b", source.Token));

        Assert.Equal(["a"], ((PlainWriter)writer).Written);
    }

    private static Method<string, string> Method(string name, MethodType type) =>
        new(type, "s", name, Marshallers.StringMarshaller, Marshallers.StringMarshaller);

    private sealed class NamingBinder : ServiceBinderBase
    {
        public List<string> Names { get; } = [];

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) => Names.Add(method.FullName);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
            Names.Add(method.FullName);
    }

    private sealed class PlainWriter : IAsyncStreamWriter<string>
    {
        public List<string> Written { get; } = [];

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(string message)
        {
            Written.Add(message);
            return Task.CompletedTask;
        }
    }
}
