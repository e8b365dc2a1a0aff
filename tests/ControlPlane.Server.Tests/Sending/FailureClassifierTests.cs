using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Metering;
using ControlPlane.Server.Sending;
using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Sending;

public sealed class FailureClassifierTests
{
    private static readonly AttemptOutcome Begun = new()
    {
        StartTime = Records.Time,
        Duration = TimeSpan.Zero,
        Failure = FailureKind.None,
    };

    [Theory]
    [InlineData(EgressFailureKind.Dns, FailureKind.Dns)]
    [InlineData(EgressFailureKind.BlockedAddress, FailureKind.BlockedAddress)]
    [InlineData(EgressFailureKind.Connect, FailureKind.Connect)]
    [InlineData(EgressFailureKind.Tls, FailureKind.Tls)]
    internal void Classify_NoConnection_NamesWhy(EgressFailureKind kind, FailureKind expected)
    {
        var failure = new EgressFailure(kind, "why", IPAddress.Loopback);
        var outcome = Classify(new HttpRequestException("x", new EgressException(failure)));
        Assert.Equal((expected, "why", "127.0.0.1"), (outcome.Failure, outcome.Message, outcome.RemoteAddress));
    }

    [Fact]
    public void Classify_DeadlinePassed_IsTimeout()
    {
        var outcome = Classify(new OperationCanceledException(), deadlinePassed: true);
        Assert.Equal((FailureKind.Timeout, "No answer within 1.5 s."), (outcome.Failure, outcome.Message));
    }

    [Theory]
    [InlineData(HttpRequestError.ConfigurationLimitExceeded, FailureKind.ResponseTooLarge, "The answer's headers are larger than 64 KB.")]
    [InlineData(HttpRequestError.ResponseEnded, FailureKind.Protocol, "The receiver closed the connection before its answer was complete.")]
    [InlineData(HttpRequestError.HttpProtocolError, FailureKind.Protocol, "The receiver broke off the HTTP/2 stream, or did not keep to HTTP/2.")]
    [InlineData(HttpRequestError.InvalidResponse, FailureKind.Protocol, "The receiver's answer is not valid HTTP.")]
    [InlineData(HttpRequestError.Unknown, FailureKind.Protocol, "The connection to the receiver broke.")]
    public void Classify_BrokenAnswer_SaysHow(HttpRequestError error, FailureKind expected, string message)
    {
        foreach (var exception in new Exception[] { new HttpRequestException(error), new HttpIOException(error) })
        {
            var outcome = Classify(exception);
            Assert.Equal((expected, message), (outcome.Failure, outcome.Message));
        }
    }

    [Fact]
    public void Classify_DeadlinePassedBeforeAConnection_SaysSo()
    {
        // A handshake that was broken off at the deadline fails too.
        var handshake = new HttpRequestException(HttpRequestError.SecureConnectionError, "x", new IOException("closed"));
        var outcome = FailureClassifier.Classify(
            handshake, Begun, TimeSpan.FromSeconds(1.5), deadlinePassed: true, hasConnection: false);
        Assert.Equal(FailureKind.Timeout, outcome.Failure);
        Assert.StartsWith("No connection within 1.5 s:", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Classify_ConnectionGoneWhenItWasMade_IsConnect()
    {
        foreach (var exception in new Exception[] { new SocketException((int)SocketError.NotConnected), new ObjectDisposedException("socket") })
        {
            Assert.Equal(FailureKind.Connect, Classify(exception).Failure);
            Assert.Equal(FailureKind.Timeout, Classify(exception, deadlinePassed: true).Failure);
        }
    }

    [Fact]
    public void Classify_ExceptionOfTheHttpLibraryItself_IsAnAnswerThatIsNotHttp()
    {
        var type = typeof(HttpRequestException).Assembly.GetType("System.Net.Http.HPack.HPackDecodingException", throwOnError: true)!;
        var exception = (Exception)RuntimeHelpers.GetUninitializedObject(type);
        Assert.True(FailureClassifier.IsOfTheNetwork(exception));
        Assert.Equal((FailureKind.Protocol, "The receiver's answer is not valid HTTP."), (Classify(exception).Failure, Classify(exception).Message));
        Assert.False(FailureClassifier.IsOfTheNetwork(new InvalidOperationException("a fault of this program")));
    }

    [Fact]
    public void Classify_Excess_IsTooLarge()
    {
        var outcome = Classify(new HttpRequestException("x", new IOException("y", new ExcessException("far too much"))));
        Assert.Equal((FailureKind.ResponseTooLarge, "far too much"), (outcome.Failure, outcome.Message));
    }

    private static AttemptOutcome Classify(Exception exception, bool deadlinePassed = false) =>
        FailureClassifier.Classify(exception, Begun, TimeSpan.FromSeconds(1.5), deadlinePassed, hasConnection: true);
}
