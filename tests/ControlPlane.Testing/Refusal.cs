using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace ControlPlane.Testing;

/// <summary>A failed call with its details, which every error of the API has.</summary>
/// <param name="Code">The status code.</param>
/// <param name="Message">The status message.</param>
/// <param name="Info">The one ErrorInfo.</param>
/// <param name="Status">Everything that was sent.</param>
public sealed record Refusal(StatusCode Code, string Message, ErrorInfo Info, Google.Rpc.Status Status)
{
    public string Reason => Info.Reason;

    /// <summary>The wrong fields, as <c>field REASON</c>.</summary>
    public IReadOnlyList<string> Violations => [.. Detail<BadRequest>().FieldViolations.Select(v => $"{v.Field} {v.Reason}")];

    /// <summary>Makes a call that must fail.</summary>
    public static async Task<Refusal> OfAsync<T>(AsyncUnaryCall<T> call) => Of(await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync));

    /// <summary>Makes a call that must fail.</summary>
    public static async Task<Refusal> OfAsync(Func<Task> call) => Of(await Assert.ThrowsAsync<RpcException>(call));

    public static Refusal Of(RpcException failure)
    {
        var status = failure.GetRpcStatus();
        Assert.True(status is not null, $"The error has no details: {failure.Status}");
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

    /// <summary>Asserts what it is; answers itself.</summary>
    public Refusal Is(StatusCode code, string reason)
    {
        Assert.True(code == Code && reason == Reason, $"Expected {code} {reason}, got {Code} {Reason}: {Message}");
        return this;
    }
}
