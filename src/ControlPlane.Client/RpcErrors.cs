using Google.Rpc;
using Grpc.Core;

namespace ControlPlane.Client;

/// <summary>What the server says about a failed call besides its status.</summary>
public static class RpcErrors
{
    /// <summary>The reason in the error's ErrorInfo, such as <c>BACKLOG_FULL</c>; null if the error is not the server's own.</summary>
    /// <param name="error">The error.</param>
    public static string? Reason(this RpcException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.Trailers.GetRpcStatus(ignoreParseError: true)?.GetDetail<ErrorInfo>()?.Reason;
    }

    /// <summary>What the server finds wrong, field by field; empty if the error is about something else.</summary>
    /// <param name="error">The error.</param>
    public static IReadOnlyList<BadRequest.Types.FieldViolation> FieldViolations(this RpcException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.Trailers.GetRpcStatus(ignoreParseError: true)?.GetDetail<BadRequest>()?.FieldViolations
            ?? (IReadOnlyList<BadRequest.Types.FieldViolation>)[];
    }
}
