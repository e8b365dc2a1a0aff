using System.Globalization;
using ControlPlane.Faults.Tests.Receiving;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Faults.Tests;

/// <summary>What an answer's status and <c>Retry-After</c> lead to.</summary>
public sealed class StatusTests(SharedServer shared) : FaultTest(shared)
{
    private const int Own = 600;
    private const int Day = 24 * 60 * 60;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(50);

    private static readonly Dictionary<string, Fault> Faults = new()
    {
        ["204"] = Answers(FailureKind.Unspecified, 204, ""),
        ["299"] = Answers(FailureKind.Unspecified, 299, ""),
        ["101"] = Answers(FailureKind.HttpStatus, 101, "101 Switching Protocols; 2xx is expected"),
        ["300"] = Answers(FailureKind.Redirect, 300, "Redirects are not followed: register the final URL"),
        ["304"] = Answers(FailureKind.Redirect, 304, "304 Not Modified. Redirects are not followed"),
        ["399"] = Answers(FailureKind.Redirect, 399, "399. Redirects are not followed"),
        ["400"] = Answers(FailureKind.HttpStatus, 400, "400 Bad Request; 2xx is expected"),
        ["407"] = Answers(FailureKind.HttpStatus, 407, "407 Proxy Authentication Required; 2xx is expected"),
        ["425"] = Answers(FailureKind.HttpStatus, 425, "425; 2xx is expected"),
        ["600"] = Answers(FailureKind.HttpStatus, 600, "600; 2xx is expected"),
        ["999"] = Answers(FailureKind.HttpStatus, 999, "999; 2xx is expected"),
    };

    public static TheoryData<string> Names => [.. Faults.Keys];

    [Theory, MemberData(nameof(Names))]
    public Task Deliver_Status_IsTold(string name) => SufferAsync(Faults[name]);

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Deliver_RedirectToAPrivateAddress_IsNotFollowed(int status)
    {
        await using var trap = new FaultReceiver(c => c.AnswerAllAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), Receiver.Certificates.Server);
        await SufferAsync(new Fault(FailureKind.Redirect, status, "Redirects are not followed: register the final URL", c =>
            c.AnswerAllAsync($"HTTP/1.1 {status} Elsewhere\r\nLocation: {trap.Url}\r\nContent-Length: 0\r\n\r\n")));
        Assert.Equal(0, trap.Connections);
    }

    [Fact]
    public async Task Deliver_Gone_SuspendsTheWebhook()
    {
        await using var receiver = NewReceiver("410 Gone", "");
        var hook = await HookAsync(receiver.Url, Enough, TestTenant.RetryEvery(TimeSpan.FromSeconds(1)));

        var delivery = await Tenant.UntilAsync((await Tenant.SendAsync()).Id, DeliveryState.Dead);

        Assert.Equal((EndReason.Gone, 1, 410, FailureKind.HttpStatus),
            (delivery.EndReason, delivery.AttemptCount, delivery.LastStatusCode, delivery.LastFailure));
        await Eventually.BecomesAsync(
            () => Tenant.GetHookAsync(hook.Id), webhook => webhook.State == WebhookState.Suspended, "the webhook to be suspended");
    }

    [Theory]
    [InlineData("425 Too Early", null, Own)]
    [InlineData("425 Too Early", "3600", Own)]
    [InlineData("429 Too Many Requests", null, Own)]
    [InlineData("429 Too Many Requests", "3600", 3600)]
    [InlineData("429 Too Many Requests", "1", Own)]
    [InlineData("429 Too Many Requests", "in 2 hours", 7200)]
    [InlineData("503 Service Unavailable", null, Own)]
    [InlineData("503 Service Unavailable", "3600", 3600)]
    [InlineData("503 Service Unavailable", "in 2 hours", 7200)]
    [InlineData("503 Service Unavailable", "99999999999999999999999999", Day)]
    [InlineData("503 Service Unavailable", "Fri, 31 Dec 9999 23:59:59 GMT", Day)]
    [InlineData("503 Service Unavailable", "Thu, 01 Jan 1970 00:00:00 GMT", Own)]
    [InlineData("503 Service Unavailable", "-3600", Own)]
    [InlineData("503 Service Unavailable", "soon", Own)]
    [InlineData("503 Service Unavailable", "", Own)]
    [InlineData("500 Internal Server Error", "3600", Own)]
    public async Task Deliver_RetryAfter_PutsOffByADayAtMost(string status, string? retryAfter, int seconds)
    {
        var value = retryAfter == "in 2 hours"
            ? TimeProvider.System.GetUtcNow().AddHours(2).ToString("r", CultureInfo.InvariantCulture)
            : retryAfter;
        await using var receiver = NewReceiver(status, value is null ? "" : $"Retry-After: {value}\r\n");
        await HookAsync(receiver.Url, Enough, TestTenant.RetryEvery(TimeSpan.FromSeconds(Own)));

        var sent = await Tenant.SendAsync();
        var delivery = await Tenant.UntilAsync(sent.Id, DeliveryState.RetryScheduled);

        Assert.Equal(FailureKind.HttpStatus, delivery.LastFailure);
        // Between the publish and the answer lies as long as an attempt may take, and a date has no fractions of a second.
        var wait = (delivery.NextAttemptTime - sent.CreateTime).ToTimeSpan();
        Assert.InRange(wait, TimeSpan.FromSeconds(seconds - 2), TimeSpan.FromSeconds(seconds) + (2 * Enough));
    }

    private FaultReceiver NewReceiver(string status, string headers) =>
        new(c => c.AnswerAllAsync($"HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\n\r\n"), Receiver.Certificates.Server);

    private static Fault Answers(FailureKind kind, int status, string message) =>
        new(kind, status, message, c => c.AnswerAllAsync($"HTTP/1.1 {status} Whatever\r\nContent-Length: 0\r\n\r\n"));
}
