using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Cli.Tests.Commands;

public sealed class RedriveTests : HookctlTest
{
    private readonly Redrive _redrive = new()
    {
        Id = "rdv_1",
        TenantId = "default",
        State = RedriveState.Done,
        Filter = new() { States = { DeliveryState.Dead }, EventTypes = { "a.*", "b" } },
        MaxRatePerSecond = 7.5,
        MatchedCount = 3,
        RetriedCount = 2,
        SkippedCount = 1,
    };

    private int _asked;

    /// <summary>Successive answers to questions after the redrive; the last repeats.</summary>
    private void Progress(params Redrive[] redrives) => Server.Answer<GetRedriveRequest>(
        _ => new GetRedriveResponse { Redrive = redrives[Math.Min(_asked++, redrives.Length - 1)] });

    [Fact]
    public async Task Redrive_Flags_FillTheRequest()
    {
        Server.Answer<RedriveDeliveriesRequest>(_ => new RedriveDeliveriesResponse { Count = 3, RedriveId = "rdv_1" });

        var run = (await RunAsync(
            "deliveries redrive --tenant - --webhook wh_1 --event e-1 --state dead --state cancelled --event-type a.* --instance i "
            + "--created-after 2026-01-01 --created-before 2026-01-02 --rate 7.5 --json")).Succeeded();

        Assert.Equal(
            new RedriveDeliveriesRequest
            {
                TenantId = "-",
                WebhookId = "wh_1",
                EventId = "e-1",
                States = { DeliveryState.Dead, DeliveryState.Cancelled },
                EventTypes = { "a.*" },
                Instance = "i",
                CreatedAfter = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)),
                CreatedBefore = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero)),
                MaxRatePerSecond = 7.5,
            },
            Server.Single<RedriveDeliveriesRequest>());
        Assert.Equal(new RedriveDeliveriesResponse { Count = 3, RedriveId = "rdv_1" }, run.Json<RedriveDeliveriesResponse>());
    }

    [Fact]
    public async Task Redrive_NoFlags_LeavesTheDefaultsToTheServerAndPrintsTheId()
    {
        Server.Answer<RedriveDeliveriesRequest>(_ => new RedriveDeliveriesResponse { Count = 3, RedriveId = "rdv_1" });

        var run = (await RunAsync("deliveries redrive")).Succeeded();

        Assert.Equal(new RedriveDeliveriesRequest(), Server.Single<RedriveDeliveriesRequest>());
        Assert.Contains("rdv_1", run.Output);
    }

    [Fact]
    public async Task Redrive_DryRun_OnlyCounts()
    {
        Server.Answer<RedriveDeliveriesRequest>(_ => new RedriveDeliveriesResponse { Count = 3 });

        var run = (await RunAsync("deliveries redrive --dry-run")).Succeeded();

        Assert.Equal(new RedriveDeliveriesRequest { ValidateOnly = true }, Server.Single<RedriveDeliveriesRequest>());
        Assert.Equal("matched  3", Assert.Single(run.Lines));
    }

    [Fact]
    public async Task Redrive_Wait_ShowsEveryChangeOnceAndThenTheEnd()
    {
        var running = _redrive.Clone();
        (running.State, running.RetriedCount, running.SkippedCount) = (RedriveState.Running, 1, 0);
        Server.Answer<RedriveDeliveriesRequest>(_ => new RedriveDeliveriesResponse { Count = 3, RedriveId = "rdv_1" });
        Progress(running, running, _redrive);

        var run = (await RunAsync("deliveries redrive --wait --json")).Succeeded();

        Assert.Equal(
            "redrive: rdv_1\nrunning: 1 of 3 retried, 0 skipped\ndone: 2 of 3 retried, 1 skipped\n", run.Error);
        Assert.Equal(_redrive, run.Json<Redrive>());
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)], Time.Delays.Where(delay => delay == TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Redrive_WaitForOneThatIsCancelled_Fails()
    {
        _redrive.State = RedriveState.Cancelled;
        Server.Answer<RedriveDeliveriesRequest>(_ => new RedriveDeliveriesResponse { Count = 3, RedriveId = "rdv_1" });
        Progress(_redrive);

        Assert.Equal(1, (await RunAsync("deliveries redrive --wait")).ExitCode);
        Assert.Equal(1, (await RunAsync("redrives get rdv_1 --wait")).ExitCode);
        Assert.Equal(0, (await RunAsync("redrives get rdv_1")).ExitCode);
    }

    [Theory]
    [InlineData("deliveries redrive --dry-run --wait")]
    [InlineData("deliveries redrive --rate fast")]
    [InlineData("deliveries redrive --state lost")]
    public async Task Redrive_WrongFlags_AreUsageErrors(string commandLine)
    {
        Assert.Equal(2, (await RunAsync(commandLine)).ExitCode);
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task GetListCancel_AreSentAndShown()
    {
        Progress(_redrive);
        Server.Answer<CancelRedriveRequest>(_ => new CancelRedriveResponse { Redrive = _redrive });
        Server.Answer<ListRedrivesRequest>(_ => new ListRedrivesResponse { Redrives = { _redrive } });

        Assert.Equal(_redrive, (await RunAsync("redrives get rdv_1 --json")).Succeeded().Json<Redrive>());
        Assert.Equal(_redrive, (await RunAsync("redrives cancel rdv_1 --json")).Succeeded().Json<Redrive>());
        Assert.Equal(_redrive, (await RunAsync("redrives list --json --tenant acme")).Succeeded().Json<Redrive>());
        var shown = (await RunAsync("redrives get rdv_1")).Succeeded().Output;

        Assert.Contains("state=dead event-type=a.*,b", shown);
        Assert.Contains("7.5 per second", shown);
        Assert.Equal(
            new IMessage[]
            {
                new GetRedriveRequest { RedriveId = "rdv_1" },
                new CancelRedriveRequest { RedriveId = "rdv_1" },
                new ListRedrivesRequest { TenantId = "acme", PageSize = 50 },
                new GetRedriveRequest { RedriveId = "rdv_1" },
            },
            Server.Requests);
    }

    [Fact]
    public async Task Cancel_Ended_IsTheServersError()
    {
        Server.Fail<CancelRedriveRequest>(StatusCode.FailedPrecondition, "It has ended already.");

        var run = await RunAsync("redrives cancel rdv_1");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("It has ended already.", run.Error);
    }
}
