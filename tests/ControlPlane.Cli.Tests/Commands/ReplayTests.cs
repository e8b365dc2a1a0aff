using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Tests.Commands;

public sealed class ReplayTests : HookctlTest
{
    [Fact]
    public async Task Replay_Flags_FillTheRequest()
    {
        Server.Answer<ReplayEventsRequest>(_ => new ReplayEventsResponse { Count = 3, RedriveId = "rdv_1" });

        var run = (await RunAsync(
            "deliveries replay wh_1 --event-type a.* --event-type b --instance i --filter event.type=='b' --all --rate 7.5 "
            + "--created-after 2026-01-01 --created-before 2026-01-02 --json")).Succeeded();

        Assert.Equal(
            new ReplayEventsRequest
            {
                WebhookId = "wh_1",
                EventTypes = { "a.*", "b" },
                Instance = "i",
                Filter = "event.type=='b'",
                OnlyMissing = false,
                CreatedAfter = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)),
                CreatedBefore = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero)),
                MaxPerSecond = 7.5,
            },
            Server.Single<ReplayEventsRequest>());
        Assert.Equal(new ReplayEventsResponse { Count = 3, RedriveId = "rdv_1" }, run.Json<ReplayEventsResponse>());
    }

    [Fact]
    public async Task Replay_DryRun_OnlyCounts()
    {
        Server.Answer<ReplayEventsRequest>(_ => new ReplayEventsResponse { Count = 3 });

        var run = (await RunAsync("deliveries replay wh_1 --dry-run")).Succeeded();

        Assert.Equal(new ReplayEventsRequest { WebhookId = "wh_1", ValidateOnly = true }, Server.Single<ReplayEventsRequest>());
        Assert.Equal("matched  3", Assert.Single(run.Lines));
    }

    [Fact]
    public async Task Replay_Wait_ShowsHowFarItIsAndWhatItTook()
    {
        Server.Answer<ReplayEventsRequest>(_ => new ReplayEventsResponse { Count = 3, RedriveId = "rdv_1" });
        Server.Answer<GetRedriveRequest>(_ => new GetRedriveResponse
        {
            Redrive = new()
            {
                Id = "rdv_1",
                State = RedriveState.Done,
                Filter = new() { WebhookId = "wh_1", EventTypes = { "a.*" } },
                Replay = new() { OnlyMissing = true, Filter = "event.id != ''" },
                MatchedCount = 3,
                RetriedCount = 3,
            },
        });

        var run = (await RunAsync("deliveries replay wh_1 --wait")).Succeeded();

        Assert.Equal("redrive: rdv_1\ndone: 3 of 3 retried, 0 skipped\n", run.Error);
        Assert.Contains("replay of missing webhook=wh_1 event-type=a.* filter=event.id != ''", run.Output);
    }

    [Theory]
    [InlineData("deliveries replay")]
    [InlineData("deliveries replay wh_1 --dry-run --wait")]
    [InlineData("deliveries replay wh_1 --rate fast")]
    public async Task Replay_WrongFlags_AreUsageErrors(string commandLine)
    {
        Assert.Equal(2, (await RunAsync(commandLine)).ExitCode);
        Assert.Empty(Server.Requests);
    }
}
