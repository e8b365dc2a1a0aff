using System.Reflection;
using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.EveryRpc;

/// <summary>A method of the API, found through the descriptors, so that methods to come are tested without being listed.</summary>
public sealed class RpcMethod(MethodDescriptor descriptor)
{
    private const string OwnPackage = "controlplane.v1";

    private static readonly Marshaller<byte[]> Raw = Marshallers.Create(bytes => bytes, bytes => bytes);

    /// <summary>All methods of the package.</summary>
    public static IReadOnlyList<RpcMethod> All { get; } =
    [
        .. typeof(AdminServiceReflection).Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Reflection", StringComparison.Ordinal))
            .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
            .OfType<FileDescriptor>()
            .Where(file => file.Package == OwnPackage)
            .SelectMany(file => file.Services)
            .SelectMany(service => service.Methods)
            .Select(method => new RpcMethod(method))
            .OrderBy(method => method.Name, StringComparer.Ordinal),
    ];

    public string Name => $"{descriptor.Service.Name}/{descriptor.Name}";

    public MessageDescriptor Input => descriptor.InputType;

    public string Scope => descriptor.GetOptions().GetExtension(AccessExtensions.RequiredScope);

    public bool PlatformOnly => descriptor.GetOptions().GetExtension(AccessExtensions.PlatformOnly);

    /// <summary>Whether keys that are for some webhooks only may call it.</summary>
    public bool SomeWebhooks => descriptor.GetOptions().GetExtension(AccessExtensions.SomeWebhooks);

    /// <summary>Its HTTP rules: the first, then those besides.</summary>
    public IReadOnlyList<HttpRule> HttpRules =>
        descriptor.GetOptions().GetExtension(AnnotationsExtensions.Http) is { } rule ? [rule, .. rule.AdditionalBindings] : [];

    public static RpcMethod Named(string name) => All.Single(method => method.Name == name);

    /// <summary>For theories over every method.</summary>
    public static TheoryData<string> Names() => [.. All.Select(method => method.Name)];

    /// <summary>Calls it; of a stream, answers the first message and ends it.</summary>
    public async Task<IMessage> CallAsync(Clients clients, IMessage request) =>
        descriptor.OutputType.Parser.ParseFrom(await CallAsync(clients, request.ToByteArray()));

    /// <summary>Calls it through the JSON door; of a stream, answers the first message and ends it.</summary>
    public Task<IMessage> CallAsync(HttpCaller http, IMessage request) => JsonCall.CallAsync(http, descriptor, HttpRules, request);

    /// <summary>A message as a request to the JSON door.</summary>
    public JsonCall.Parts WriteJson(IMessage request) => JsonCall.Write(HttpRules, request);

    /// <summary>Calls it with any bytes as the request.</summary>
    public async Task<byte[]> CallAsync(Clients clients, byte[] request)
    {
        var method = new Method<byte[], byte[]>(
            descriptor.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary,
            descriptor.Service.FullName, descriptor.Name, Raw, Raw);
        if (!descriptor.IsServerStreaming)
        {
            return await clients.Invoker.AsyncUnaryCall(method, null, new CallOptions(), request);
        }

        using var call = clients.Invoker.AsyncServerStreamingCall(method, null, new CallOptions(), request);
        return await Eventually.InTimeAsync(call.ResponseStream.MoveNext(CancellationToken.None), "the first message of the stream")
            ? call.ResponseStream.Current
            : [];
    }
}
