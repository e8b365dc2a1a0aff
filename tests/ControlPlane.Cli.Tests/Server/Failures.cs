using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Cli.Tests.Server;

/// <summary>Errors in the form that the real server gives them.</summary>
internal static class Failures
{
    public static RpcException Of(StatusCode code, string message, params IMessage[] details)
    {
        var trailers = new Metadata();
        if (details.Length > 0)
        {
            var status = new Google.Rpc.Status { Code = (int)code, Message = message };
            status.Details.AddRange(details.Select(Any.Pack));
            trailers.SetRpcStatus(status);
        }

        return new RpcException(new Status(code, message), trailers);
    }
}
