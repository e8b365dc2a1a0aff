using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace ControlPlane.Server.Tests.Administration;

/// <summary>Calls any method of AdminService by its descriptor, so that tests cover methods that are added later.</summary>
internal static class EveryAdminMethod
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(b => b, b => b);

    public static IEnumerable<MethodDescriptor> All => AdminServiceReflection.Descriptor.Services.Single().Methods;

    public static TheoryData<string> Names => [.. All.Select(method => method.Name)];

    public static MethodDescriptor Named(string name) => All.Single(method => method.Name == name);

    public static async Task<IMessage> CallAsync(CallInvoker invoker, string name, IMessage request)
    {
        var answer = await CallAsync(invoker, name, request.ToByteArray());
        return Named(name).OutputType.Parser.ParseFrom(answer);
    }

    public static async Task<byte[]> CallAsync(CallInvoker invoker, string name, byte[] request)
    {
        var streams = Named(name).IsServerStreaming;
        var method = new Method<byte[], byte[]>(
            streams ? MethodType.ServerStreaming : MethodType.Unary, Named(name).Service.FullName, name, Bytes, Bytes);
        var options = new CallOptions(cancellationToken: TestContext.Current.CancellationToken);
        if (!streams)
        {
            using var call = invoker.AsyncUnaryCall(method, null, options, request);
            return await call.ResponseAsync;
        }

        // Of a stream the last message.
        using var stream = invoker.AsyncServerStreamingCall(method, null, options, request);
        var last = Array.Empty<byte>();
        await foreach (var message in stream.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            last = message;
        }

        return last;
    }

    /// <summary>An empty request of a method.</summary>
    public static IMessage Empty(string name) => Named(name).InputType.Parser.ParseFrom(ByteString.Empty);
}
