using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace ControlPlane.Server.Api.Errors;

/// <summary>
/// A request that cannot be carried out, with the reason for its caller. Thrown by services; turned into a gRPC status with
/// details by <see cref="ErrorInterceptor"/>. Made by <see cref="RequestErrors"/> and <see cref="Violations"/>.
/// </summary>
internal sealed class RequestException(StatusCode code, string reason, string message, params IMessage[] details)
    : Exception(message)
{
    /// <summary>The domain of every ErrorInfo of this server.</summary>
    public const string Domain = "controlplane";

    public StatusCode Code { get; } = code;

    /// <summary>Stable, UPPER_SNAKE_CASE.</summary>
    public string Reason { get; } = reason;

    /// <summary>The metadata of the ErrorInfo, for programs: which scope is missing, for example.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The wrong fields; empty if the refusal is not about fields.</summary>
    public IReadOnlyList<BadRequest.Types.FieldViolation> FieldViolations => [.. details.OfType<BadRequest>().SelectMany(wrong => wrong.FieldViolations)];

    /// <summary>The form that every door makes its own of: an ErrorInfo before all other details.</summary>
    public Google.Rpc.Status ToStatus()
    {
        var info = new ErrorInfo { Reason = Reason, Domain = Domain };
        foreach (var (key, value) in Metadata)
        {
            info.Metadata.Add(key, value);
        }

        var status = new Google.Rpc.Status { Code = (int)Code, Message = Message };
        status.Details.Add(Any.Pack(info));
        status.Details.AddRange(details.Select(Any.Pack));
        return status;
    }

    /// <summary>The gRPC form.</summary>
    public RpcException ToRpcException() => ToStatus().ToRpcException();
}
