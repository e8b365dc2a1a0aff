using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Server.Recording;
using ControlPlane.Server.Sending;
using ControlPlane.Server.Webhooks.Retries;
using ControlPlane.Storage;
using FsCheck;
using FsCheck.Fluent;

namespace ControlPlane.Server.Tests.Webhooks.Retries;

/// <summary>The schedule of each preset, as documented and as a failing delivery lives through it.</summary>
public sealed class RetryPresetTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly AttemptOutcome Failed =
        new() { StartTime = Start, Duration = TimeSpan.Zero, Failure = FailureKind.HttpStatus, StatusCode = 500 };

    public static TheoryData<string, double[], double> Presets => new()
    {
        { "standard", [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400], 0.2 },
        { "wawp", [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2], 0 },
        { "wahooks", [5, 10, 20, 40, 80], 0 },
        { "gowa", [2, 4], 0 },
    };

    [Theory, MemberData(nameof(Presets))]
    public void Of_Preset_IsTheDocumentedSchedule(string name, double[] seconds, double jitter)
    {
        var schedule = RetrySchedule.Of(new RetryPolicyRecord { Preset = name });
        Assert.Equal(seconds, schedule.Delays.Select(delay => delay.TotalSeconds));
        Assert.Equal(seconds.Length + 1, schedule.Attempts);
        Assert.Equal(seconds.Sum(), schedule.Total.TotalSeconds);
        Assert.Equal(jitter, schedule.Jitter);
    }

    [Fact]
    public void Of_NoPolicyOrUnknownPreset_IsStandard()
    {
        var standard = RetrySchedule.Of(new RetryPolicyRecord { Preset = "standard" });
        Assert.Equal(standard.Delays, RetrySchedule.Of(null).Delays);
        Assert.Equal(standard.Delays, RetrySchedule.Of(new RetryPolicyRecord { Preset = "of a later version" }).Delays);
    }

    [Fact]
    public void Decide_AnyPolicyOfAPreset_FollowsTheScheduleWithinItsJitter() => Policies().Holds(policy =>
    {
        var schedule = RetrySchedule.Of(policy);
        var (now, attempts) = (Start, 0);
        foreach (var delay in schedule.Delays)
        {
            var next = RetryDecider.Decide(policy, Delivery(attempts++), Failed, now, sample: 0.5).NextAttemptTime;
            var latest = RetryDecider.Decide(policy with { MaxAge = null }, Delivery(attempts - 1), Failed, now, sample: 1).NextAttemptTime;
            if (next is null || Far(next.Value - now, delay) || Far(latest!.Value - now, delay * (1 + schedule.Jitter)))
            {
                return false;
            }

            now += delay;
        }

        return RetryDecider.Decide(policy, Delivery(attempts), Failed, now, sample: 0.5).State == DeliveryState.Dead;
    });

    [Fact]
    public void After_AnyAttempt_IsTheRestOfTheSchedule() => Policies().Select(policy => policy with { MaxAge = null }).Holds(policy =>
    {
        var delays = RetrySchedule.Of(policy).Delays;
        return Enumerable.Range(1, delays.Count + 1).All(made =>
        {
            var times = RetrySchedule.After(policy, made, Start, Start);
            return times.Count == delays.Count - made + 1 && (times.Count == 0 || times[^1] - Start == Sum(delays.Skip(made - 1)));
        });
    });

    private static Gen<RetryPolicyRecord> Policies() =>
        Gen.Elements("standard", "wawp", "wahooks", "gowa")
            .Zip(Gen.Choose(0, 20))
            .Zip(Gen.Choose(0, 10))
            .Zip(Gen.Choose(0, 400_000))
            .Select(t => new RetryPolicyRecord
            {
                Preset = t.Item1.Item1.Item1,
                MaxAttempts = t.Item1.Item1.Item2,
                Jitter = t.Item1.Item2 / 10.0,
                MaxAge = t.Item2 == 0 ? null : TimeSpan.FromSeconds(t.Item2),
            });

    private static TimeSpan Sum(IEnumerable<TimeSpan> delays) => delays.Aggregate(TimeSpan.Zero, (sum, delay) => sum + delay);

    private static bool Far(TimeSpan a, TimeSpan b) => (a - b).Duration() > TimeSpan.FromMilliseconds(1);

    private static DeliveryRecord Delivery(int made) => new()
    {
        Id = "dlv_1",
        EventId = "evt_1",
        WebhookId = "wh_1",
        TenantId = "default",
        EventType = "message.new",
        State = DeliveryState.InFlight,
        Trigger = DeliveryTrigger.Schedule,
        RoundAttempts = made,
        RoundStartTime = Start,
    };
}
