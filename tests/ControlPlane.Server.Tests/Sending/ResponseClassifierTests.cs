using System.Net;
using ControlPlane.Server.Sending;
using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Sending;

public sealed class ResponseClassifierTests
{
    private static readonly AttemptOutcome Begun = new()
    {
        StartTime = Records.Time,
        Duration = TimeSpan.Zero,
        Failure = FailureKind.None,
    };

    [Theory]
    [InlineData(200, FailureKind.None, "")]
    [InlineData(204, FailureKind.None, "")]
    [InlineData(299, FailureKind.None, "")]
    [InlineData(101, FailureKind.HttpStatus, "The receiver answered 101 Switching Protocols; 2xx is expected.")]
    [InlineData(301, FailureKind.Redirect, "The receiver answered 301 Moved Permanently. Redirects are not followed: register the final URL.")]
    [InlineData(304, FailureKind.Redirect, "The receiver answered 304 Not Modified. Redirects are not followed: register the final URL.")]
    [InlineData(399, FailureKind.Redirect, "The receiver answered 399. Redirects are not followed: register the final URL.")]
    [InlineData(400, FailureKind.HttpStatus, "The receiver answered 400 Bad Request; 2xx is expected.")]
    [InlineData(410, FailureKind.HttpStatus, "The receiver answered 410 Gone; 2xx is expected.")]
    [InlineData(425, FailureKind.HttpStatus, "The receiver answered 425; 2xx is expected.")]
    [InlineData(429, FailureKind.HttpStatus, "The receiver answered 429 Too Many Requests; 2xx is expected.")]
    [InlineData(503, FailureKind.HttpStatus, "The receiver answered 503 Service Unavailable; 2xx is expected.")]
    [InlineData(999, FailureKind.HttpStatus, "The receiver answered 999; 2xx is expected.")]
    public void Classify_Status_GivesKindAndMessage(int status, FailureKind failure, string message)
    {
        var outcome = Classify(status);
        Assert.Equal((status, failure, message), (outcome.StatusCode, outcome.Failure, outcome.Message));
        Assert.Equal(failure == FailureKind.None, outcome.Succeeded);
    }

    [Theory]
    [InlineData(429, true)]
    [InlineData(503, true)]
    [InlineData(200, false)]
    [InlineData(301, false)]
    [InlineData(425, false)]
    [InlineData(500, false)]
    public void Classify_RetryAfter_CountsForBusyReceiversOnly(int status, bool counts) =>
        Assert.Equal(counts ? TimeSpan.FromSeconds(7) : null, Classify(status).RetryAfter);

    [Fact]
    public void Classify_ReceiversOwnPhrase_IsNotRepeated()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.BadRequest) { ReasonPhrase = "call 555 now" };
        Assert.DoesNotContain("555", ResponseClassifier.Classify(response, Begun, Records.Time).Message);
    }

    private static AttemptOutcome Classify(int status)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status);
        response.Headers.TryAddWithoutValidation("Retry-After", "7");
        return ResponseClassifier.Classify(response, Begun, Records.Time);
    }
}
