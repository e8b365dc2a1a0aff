using System.Net;
using System.Net.Sockets;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace ControlPlane.Cli.Tests.Commands;

public sealed class ErrorTests : HookctlTest
{
    private static readonly ErrorInfo Info = new() { Reason = "INVALID_FIELDS", Domain = "controlplane" };

    [Fact]
    public async Task Refused_Violations_AreShownOnALineEach()
    {
        Server.Fail<CreateWebhookRequest>(StatusCode.InvalidArgument, "2 fields are wrong", Info, new BadRequest
        {
            FieldViolations =
            {
                new BadRequest.Types.FieldViolation { Field = "webhook.url", Description = "must be https", Reason = "URL_NOT_HTTPS" },
                new BadRequest.Types.FieldViolation { Field = "webhook.name", Description = "is too\u001b[2Jlong", Reason = "TOO_LONG" },
            },
        });

        var run = await RunAsync("webhooks create --url http://a --event-type *");

        Assert.Equal(1, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Equal(
            """
            error: 2 fields are wrong (INVALID_ARGUMENT, INVALID_FIELDS)
              webhook.url: must be https (URL_NOT_HTTPS)
              webhook.name: is too\u001b[2Jlong (TOO_LONG)

            """.ReplaceLineEndings("\n"),
            run.Error);
    }

    [Fact]
    public async Task Refused_OtherDetails_AreShown()
    {
        Server.Fail<GetServerInfoRequest>(
            StatusCode.Unavailable,
            "starting",
            new ErrorInfo { Reason = "NOT_READY", Metadata = { ["log_id"] = "abc" } },
            new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(1.5)) },
            new QuotaFailure { Violations = { new QuotaFailure.Types.Violation { Subject = "webhooks", Description = "5 at most" } } },
            new PreconditionFailure
            {
                Violations = { new PreconditionFailure.Types.Violation { Type = "T", Subject = "dlv_1", Description = "has ended" } },
            });

        var run = await RunAsync("info");

        Assert.Equal(1, run.ExitCode);
        foreach (var expected in new[] { "NOT_READY", "log_id: abc", "try again in 1.5s", "limit of webhooks: 5 at most", "dlv_1: has ended (T)" })
        {
            Assert.Contains(expected, run.Error);
        }
    }

    [Fact]
    public async Task Refused_WithoutDetails_StillNamesTheCode()
    {
        Server.Fail<GetWebhookRequest>(StatusCode.NotFound, "There is none.");
        var run = await RunAsync("webhooks get wh_1");
        Assert.Equal((1, "error: There is none. (NOT_FOUND)\n"), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData(true, "HOOKCTL_KEY or --key still valid")]
    [InlineData(false, "Set HOOKCTL_KEY or pass --key")]
    public async Task Unauthenticated_ExitsWithThreeAndAHint(bool withKey, string hint)
    {
        Variables["HOOKCTL_KEY"] = withKey ? Key : "";
        Server.Fail<GetServerInfoRequest>(StatusCode.Unauthenticated, "no", new ErrorInfo { Reason = "KEY_INVALID" });

        var run = await RunAsync("info");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains(hint, run.Error);
        Assert.Equal(withKey ? $"Bearer {Key}" : null, Server.Calls.Single().Headers.GetValue("authorization"));
    }

    [Theory]
    [InlineData("info")]
    [InlineData("deliveries watch")]
    public async Task NoServer_ExitsWithThree(string command)
    {
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        var port = ((IPEndPoint)nobody.LocalEndpoint).Port;
        nobody.Stop();

        var run = await RunAsync($"{command} --address http://127.0.0.1:{port}");

        Assert.Equal(3, run.ExitCode);
        Assert.StartsWith($"error: cannot reach http://127.0.0.1:{port}", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error);
    }

    [Fact]
    public async Task NoAnswerInTime_ExitsWithThree()
    {
        Server.Fail<GetServerInfoRequest>(StatusCode.DeadlineExceeded, "late");
        Assert.Equal(3, (await RunAsync("info")).ExitCode);
    }

    [Fact]
    public async Task Timeout_IsTheDeadlineOfTheCall()
    {
        Server.Answer<GetServerInfoRequest>(_ => new GetServerInfoResponse());
        await RunAsync("info --timeout 2h");
        Assert.Equal(2, (Server.Calls.Single().Deadline - Time.GetUtcNow().UtcDateTime).TotalHours, 0.05);
    }

    [Theory]
    [InlineData("info --address not-an-address", "is not like")]
    [InlineData("info --address ftp://host", "is not like")]
    [InlineData("info --ca /does/not/exist", "cannot be read")]
    [InlineData("info --timeout soon", "expects a duration")]
    [InlineData("webhooks update wh_1", "Nothing to change")]
    [InlineData("webhooks update wh_1 --name a --clear name", "set and cleared")]
    [InlineData("webhooks update wh_1 --jitter 0.1 --clear retry_policy", "set and cleared")]
    [InlineData("webhooks update wh_1 --retry hourly", "--retry expects standard, wawp")]
    [InlineData("webhooks create --url https://a", "--event-type")]
    [InlineData("webhooks create --url https://a --event-type * --secret a --secret-file b", "exclude each other")]
    [InlineData("webhooks create --url https://a --event-type * --header nothing", "KEY=VALUE")]
    [InlineData("tenants update acme", "Nothing to change")]
    [InlineData("deliveries watch --resume-token t --since 5m", "exclude each other")]
    [InlineData("webhooks", "")]
    [InlineData("nonsense", "")]
    public async Task WrongCommandLine_ExitsWithTwoAndCallsNobody(string commandLine, string expected)
    {
        var run = await RunAsync(commandLine);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error);
        Assert.NotEmpty(run.Error);
        Assert.Empty(Server.Calls);
    }

    [Fact]
    public async Task Key_WithALineBreak_IsAUsageErrorThatDoesNotShowIt()
    {
        var run = await RunAsync("info", "--key", "cpk_hidden\n");
        Assert.Equal(2, run.ExitCode);
        Assert.DoesNotContain("hidden", run.Error);
    }
}
