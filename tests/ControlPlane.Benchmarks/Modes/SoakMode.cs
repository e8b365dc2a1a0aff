using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>
/// Whether a server that is used for long stays as it is: memory, files and descriptors in six intervals, beside retries, dead letters,
/// redrives, watches, lists, and a retention so short that the store reaches its size early.
/// </summary>
internal sealed class SoakMode : IMode
{
    private const int Rate = 500;
    private const int SteadyHooks = 16;
    private const int Intervals = 6;

    /// <summary>By how much the last third may be above the middle one.</summary>
    private const double Allowed = 1.05;

    private static readonly TimeSpan LongestSlice = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);
    private static readonly IReadOnlyList<TimeSpan> Delays = [TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    private static readonly IReadOnlyDictionary<string, string> Retention = new Dictionary<string, string>
    {
        ["ControlPlane__Retention__Metadata"] = "00:04:00",
        ["ControlPlane__Retention__Payloads"] = "00:04:00",
        ["ControlPlane__Retention__Interval"] = "00:00:10",
        ["ControlPlane__Retention__Pause"] = "00:00:00.010",
    };

    public string Name => "soak";

    public string Summary => "500 events/s for --seconds with retries, redrives, watches and a retention of minutes: what grows";

    public async Task RunAsync(Bench bench)
    {
        var (settings, cancellation) = (bench.Settings, bench.Cancellation);
        var interval = TimeSpan.FromSeconds(settings.SecondsOr(600)) / Intervals;
        var slices = (int)Math.Ceiling(interval / LongestSlice);
        var slice = interval / slices;
        var perSlice = OpenLoop.Count(Rate, slice);
        var events = new NumberedEvents(perSlice * slices * Intervals);
        using var certificates = new TestAuthority();
        await using var receiver = await UnsteadyReceiver.StartAsync(certificates, events.Receive, cancellation);
        using var workspace = bench.OpenWorkspace();
        await using var server = await MeasuredServer.StartAsync(workspace, certificates.AuthorityPem, cancellation, Retention);
        using var clients = server.Connect();
        var hooks = await Hooks.CreateAsync(
            clients, "soak", [.. Enumerable.Repeat(receiver.SteadyUrl, SteadyHooks), .. receiver.UnsteadyUrls], 0, cancellation);
        IReadOnlyList<string> unsteady = [.. hooks.Ids.Skip(SteadyHooks)];
        await FailSoonAsync(clients, unsteady, cancellation);
        bench.Report.Note(Name, $"receiver {UnsteadyReceiver.Description}; {Rate}/s over {hooks.Count} webhooks, {unsteady.Count} of them there, tried "
            + $"{Delays.Count + 1} times; {settings.PayloadBytes} B payload; retention of 4 minutes, a pass every 10 s, 10 ms between its commits; "
            + $"two watches of everything, a slow one, one that is resumed again and again; redrives, lists; {Intervals} intervals of {interval.TotalSeconds:0} s");

        var publisher = new SoakPublisher(clients, hooks, events, settings.PayloadBytes);
        await using var looks = new ServerLooks(server, workspace);
        await using var company = new SoakCompany(clients, unsteady, events.Watch);
        await company.Ready;
        List<Soaked> intervals = [];
        for (var next = 0; intervals.Count < Intervals;)
        {
            var (began, cpu) = (bench.Clock.GetTimestamp(), server.CpuTime);
            for (var i = 0; i < slices; i++, next += perSlice)
            {
                var first = next;
                await OpenLoop.RunAsync(Rate, slice, (number, at) => publisher.PublishAsync(first + number, at, cancellation), cancellation);
            }

            var percent = 100 * (server.CpuTime - cpu) / bench.Clock.GetElapsedTime(began);
            intervals.Add(new(looks.Between(began, bench.Clock.GetTimestamp()), percent, publisher.TakeTimes()));
            bench.Report.Note(Name, $"interval {intervals.Count}: {intervals[^1]}");
            bench.Progress($"interval {intervals.Count}: {intervals[^1]}; {events.Acknowledged:N0} acknowledged, {publisher.Refused:N0} refused, "
                + $"{events.Lost:N0} not received yet; {receiver.Failed:N0} requests failed; {company}; {LastRemoval(server)}");
        }

        receiver.BecomeSteady();
        await SettleAsync(bench, events, company);
        bench.Report.Note(Name, $"{company}; {receiver.Failed:N0} requests failed; {publisher.Refused:N0} publishes refused");
        AddFigures(bench, intervals, events);
        if (events.Lost + events.Unseen > 0)
        {
            throw new BenchmarkException(
                $"{events.Lost} acknowledged events were not received, and {events.Unseen} that were received not seen by the watch that is resumed.");
        }
    }

    /// <summary>What the server said of the last pass of its retention that removed something.</summary>
    private static string LastRemoval(MeasuredServer server) =>
        server.Log.LastOrDefault(line => line.Text.Contains("Removed what has expired", StringComparison.Ordinal)).Text?.Trim() ?? "nothing removed yet";

    /// <summary>Lets webhooks give up within seconds.</summary>
    private static async Task FailSoonAsync(ServerClients clients, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        foreach (var id in ids)
        {
            var policy = new RetryPolicy { Schedule = new() { Delays = { Delays.Select(Duration.FromTimeSpan) } }, NonRetryableStatuses = { UnsteadyReceiver.Rejection } };
            await clients.Webhooks.UpdateWebhookAsync(
                new()
                {
                    Webhook = new() { Id = id, RetryPolicy = policy, Timeout = Duration.FromTimeSpan(Timeout) },
                    UpdateMask = FieldMask.FromString("retry_policy,timeout"),
                },
                cancellationToken: cancellationToken);
        }
    }

    /// <summary>Waits until everything is received and seen, or for too long; what is dead is set going again.</summary>
    private static async Task SettleAsync(Bench bench, NumberedEvents events, SoakCompany company)
    {
        for (var began = bench.Clock.GetTimestamp(); events.Lost + events.Unseen > 0 && bench.Clock.GetElapsedTime(began) < Patience;)
        {
            await bench.PauseAsync(Pause);
            await company.RedriveAsync();
        }
    }

    private void AddFigures(Bench bench, IReadOnlyList<Soaked> intervals, NumberedEvents events)
    {
        bench.Report.Add(Name, "acknowledged", "", events.Acknowledged);
        bench.Report.Add(Name, "received", "", events.Received);
        bench.Report.Add(Name, "lost", "", events.Lost);
        bench.Report.Add(Name, "received, not seen by the watch that is resumed", "", events.Unseen);
        bench.Report.AddPercentiles(Name, "publish call", "ms", [.. intervals.Select(each => each.Times.Call)]);
        bench.Report.AddPercentiles(Name, "publisher's own delay before it", "ms", [.. intervals.Select(each => each.Times.Late)]);
        bench.Report.Add(Name, "server CPU", "%", intervals.Select(each => each.CpuPercent));
        Compare("resident memory", "MB", look => look.Resident);
        Compare("data file", "MB", look => look.Data);
        Compare("log", "MB", look => look.Log);
        Compare("open descriptors", "", look => look.Descriptors);

        void Compare(string name, string unit, Func<ServerLook, double> what)
        {
            bench.Report.Add(Name, $"{name}, mean of each interval", unit, intervals.Select(each => each.Looks.Average(what)));
            var ratio = Soaked.LastOfMiddleThird(intervals, what);
            bench.Report.Add(Name, $"{name}, last third / middle third", "ratio", ratio);
            bench.Report.Note(Name, $"{name}: last third {ratio:F3} of the middle third, {(ratio <= Allowed ? "flat" : "GROWING")}");
        }
    }
}
