using System.Text;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace ControlPlane.Server.Tests;

/// <summary>An error of a call with its details decoded.</summary>
internal sealed record RpcErrors(StatusCode Code, string Message, ErrorInfo Info, Google.Rpc.Status Status)
{
    /// <summary>All of it as it was sent, to look for what must not be in it.</summary>
    public string RawText => Encoding.UTF8.GetString(Status.ToByteArray());

    /// <summary>Makes a call that must fail.</summary>
    public static async Task<RpcErrors> OfAsync(Func<Task> call) => Of(await Assert.ThrowsAsync<RpcException>(call));

    public static RpcErrors Of(RpcException failure)
    {
        var status = failure.GetRpcStatus();
        Assert.True(status is not null, $"No details: {failure.Status}");
        Assert.Equal((int)failure.StatusCode, status.Code);
        Assert.Equal(failure.Status.Detail, status.Message);
        var info = Assert.Single(status.Details, detail => detail.Is(ErrorInfo.Descriptor)).Unpack<ErrorInfo>();
        Assert.Equal("controlplane", info.Domain);
        Assert.Matches("^[A-Z][A-Z_]+$", info.Reason);
        return new(failure.StatusCode, failure.Status.Detail, info, status);
    }

    /// <summary>The one detail of a kind.</summary>
    public T Detail<T>()
        where T : IMessage, new() => Assert.Single(Status.Details, detail => detail.Is(new T().Descriptor)).Unpack<T>();

    /// <summary>The wrong fields and reasons, as <c>field REASON</c>.</summary>
    public IEnumerable<string> Violations() => Detail<BadRequest>().FieldViolations.Select(v => $"{v.Field} {v.Reason}");
}
