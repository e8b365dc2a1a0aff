using ControlPlane.Functional.Tests.EveryRpc;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Health.V1;
using ReflectionV1 = Grpc.Reflection.V1;
using ReflectionV1Alpha = Grpc.Reflection.V1Alpha;

namespace ControlPlane.Functional.Tests.BadInput;

/// <summary>A method to throw bytes at.</summary>
/// <param name="Path">As requests name it.</param>
/// <param name="Input">What it reads.</param>
/// <param name="Valid">A request that it answers with OK.</param>
/// <param name="Longest">How many bytes a message to it may have.</param>
/// <param name="IsDuplex">It reads a stream, which may hold no message or several.</param>
internal sealed record Target(string Path, MessageDescriptor Input, byte[] Valid, int Longest, bool IsDuplex = false)
{
    private const int LongestOther = 128 << 10;
    private const int LongestOpenMessage = 4 << 10;

    /// <summary>Every method of every service of the server.</summary>
    public static IReadOnlyList<Target> All(Furnished furnished) =>
    [
        .. RpcMethod.All.Select(m => new Target($"/controlplane.v1.{m.Name}", m.Input, furnished.Filler.Fill(m.Input).ToByteArray(), LongestOf(m.Name))),
        .. Health.Descriptor.Methods.Select(m => Standard(m, new HealthCheckRequest { Service = "controlplane.v1.EventService" })),
        // Not in the package's descriptor.
        new("/grpc.health.v1.Health/List", Empty.Descriptor, [], LongestOpenMessage),
        .. ReflectionV1.ServerReflection.Descriptor.Methods.Concat(ReflectionV1Alpha.ServerReflection.Descriptor.Methods)
            .Select(m => Standard(m, new ReflectionV1.ServerReflectionRequest { FileContainingSymbol = "controlplane.v1.Event" })),
    ];

    /// <summary>By what a method can need: an event's payload has at most 1 MiB.</summary>
    private static int LongestOf(string method) => method[(method.IndexOf('/', StringComparison.Ordinal) + 1)..] switch
    {
        "BatchPublishEvents" => 4 << 20,
        "PublishEvent" or "TestWebhook" => (1 << 20) + (128 << 10),
        "PreviewRequest" => (1 << 20) + (640 << 10),
        "CreateWebhook" or "UpdateWebhook" or "UpsertWebhook" => 512 << 10,
        _ => LongestOther,
    };

    private static Target Standard(MethodDescriptor method, IMessage valid) =>
        new($"/{method.Service.FullName}/{method.Name}", method.InputType, valid.ToByteArray(), LongestOpenMessage, method.IsClientStreaming);
}
