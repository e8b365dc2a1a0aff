using Grpc.Core;

namespace ControlPlane.Grpc.Tests.Types;

public sealed class StatusTests
{
    [Fact]
    public void Default_IsOkWithoutDetail()
    {
        Assert.Equal(StatusCode.OK, default(Status).StatusCode);
        Assert.Equal("", default(Status).Detail);
        Assert.Equal(default(Status).ToString(), Status.DefaultSuccess.ToString());
    }

    [Fact]
    public void ToString_ShowsCodeDetailAndCause()
    {
        Assert.Equal("Status(StatusCode=\"NotFound\", Detail=\"gone\")", new Status(StatusCode.NotFound, "gone").ToString());
        Assert.Equal(
            "Status(StatusCode=\"Internal\", Detail=\"x\", DebugException=\"System.FormatException: bad\")",
            new Status(StatusCode.Internal, "x", new FormatException("bad")).ToString());
    }

    // The numbers are those of the wire.
    [Fact]
    public void StatusCode_Names_FollowTheProtocolsOrder() => Assert.Equal(
        [
            "OK", "Cancelled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists", "PermissionDenied",
            "ResourceExhausted", "FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented", "Internal", "Unavailable",
            "DataLoss", "Unauthenticated",
        ],
        Enumerable.Range(0, 17).Select(number => ((StatusCode)number).ToString()));

    [Fact]
    public void RpcException_Constructors_KeepWhatTheyAreGiven()
    {
        var cause = new FormatException("bad");
        var status = new Status(StatusCode.Aborted, "again", cause);
        var trailers = new Metadata { { "a", "1" } };

        Assert.Equal(status.ToString(), new RpcException(status).Message);
        Assert.Same(Metadata.Empty, new RpcException(status).Trailers);
        Assert.Equal("own", new RpcException(status, "own").Message);
        var full = new RpcException(status, trailers, "own");
        Assert.Equal("own", full.Message);
        Assert.Same(trailers, full.Trailers);
        Assert.Same(cause, full.InnerException);
        Assert.Equal(StatusCode.Aborted, full.StatusCode);
    }
}
