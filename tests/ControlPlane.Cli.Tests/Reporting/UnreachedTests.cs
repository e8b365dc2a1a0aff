using System.Net.Sockets;
using ControlPlane.Cli.Reporting;
using Grpc.Core;

namespace ControlPlane.Cli.Tests.Reporting;

/// <summary>What is said of a connection that came to nothing, by what the HTTP client makes of it; which of these it is can depend on the moment.</summary>
public sealed class UnreachedTests
{
    [Theory]
    [InlineData(HttpRequestError.Unknown, true)]
    [InlineData(HttpRequestError.InvalidResponse, true)]
    [InlineData(HttpRequestError.ResponseEnded, true)]
    [InlineData(HttpRequestError.HttpProtocolError, true)]
    [InlineData(HttpRequestError.ConnectionError, false)]
    [InlineData(HttpRequestError.NameResolutionError, false)]
    public void Reason_ByWhatTheClientSays_AsksForTheListenerWhereSomethingElseAnswered(HttpRequestError said, bool advises)
    {
        var cause = new HttpRequestException(said, "It came to nothing.");

        var reason = Unreached.Reason(Of(cause));

        Assert.StartsWith("It came to nothing", reason, StringComparison.Ordinal);
        Assert.Equal(advises, reason!.Contains("gRPC listener", StringComparison.Ordinal));
    }

    [Fact]
    public void Reason_ClosedWhileWriting_SaysWhatHappenedAndAsks()
    {
        var cause = new HttpRequestException(
            HttpRequestError.Unknown, "An error occurred while sending the request.", new IOException("aborted", new SocketException((int)SocketError.Shutdown)));

        Assert.EndsWith("without TLS?", Unreached.Reason(Of(cause)), StringComparison.Ordinal);
    }

    private static RpcException Of(Exception cause) => new(new Status(StatusCode.Unavailable, "", cause));
}
