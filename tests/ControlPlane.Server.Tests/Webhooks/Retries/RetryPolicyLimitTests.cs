using ControlPlane.Server.Webhooks.Retries;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Tests.Webhooks.Retries;

/// <summary>Every limit of a retry policy, and that what passes is stored as it was given.</summary>
public sealed class RetryPolicyLimitTests
{
    private static readonly Duration Impossible = new() { Seconds = 1, Nanos = -5 };

    private static readonly Dictionary<string, (RetryPolicy Policy, string Expected)> Wrong = new()
    {
        ["short initial"] = (new() { Exponential = new() { Initial = Sample.Seconds(0.099) } }, "exponential.initial OUT_OF_RANGE"),
        ["impossible initial"] = (new() { Exponential = new() { Initial = Impossible } }, "exponential.initial OUT_OF_RANGE"),
        ["long max"] = (new() { Exponential = new() { Max = Sample.Seconds(86_401) } }, "exponential.max OUT_OF_RANGE"),
        ["max below initial"] = (
            new() { Exponential = new() { Initial = Sample.Seconds(10), Max = Sample.Seconds(9) } }, "exponential.max OUT_OF_RANGE"),
        ["initial above default max"] = (new() { Exponential = new() { Initial = Sample.Seconds(3601) } }, "exponential.max OUT_OF_RANGE"),
        ["max below default initial"] = (new() { Exponential = new() { Max = Sample.Seconds(4) } }, "exponential.max OUT_OF_RANGE"),
        ["small multiplier"] = (new() { Exponential = new() { Multiplier = 0.9 } }, "exponential.multiplier OUT_OF_RANGE"),
        ["large multiplier"] = (new() { Exponential = new() { Multiplier = 10.1 } }, "exponential.multiplier OUT_OF_RANGE"),
        ["no multiplier"] = (new() { Exponential = new() { Multiplier = double.NaN } }, "exponential.multiplier OUT_OF_RANGE"),
        ["no delay"] = (new() { Fixed = new() }, "fixed.delay REQUIRED"),
        ["short delay"] = (new() { Fixed = new() { Delay = Sample.Seconds(0) } }, "fixed.delay OUT_OF_RANGE"),
        ["no delays"] = (new() { Schedule = new() }, "schedule.delays REQUIRED"),
        ["many delays"] = (Schedule(51), "schedule.delays TOO_MANY"),
        ["negative delay"] = (
            new() { Schedule = new() { Delays = { Sample.Seconds(1), Sample.Seconds(-1) } } }, "schedule.delays[1] OUT_OF_RANGE"),
        ["long delay"] = (
            new() { Schedule = new() { Delays = { Sample.Seconds(1), Sample.Seconds(1), Sample.Seconds(1), Sample.Seconds(86_401) } } },
            "schedule.delays[3] OUT_OF_RANGE"),
        ["negative attempts"] = (new() { MaxAttempts = -1 }, "max_attempts OUT_OF_RANGE"),
        ["many attempts"] = (new() { MaxAttempts = 101, Fixed = new() { Delay = Sample.Seconds(1) } }, "max_attempts OUT_OF_RANGE"),
        ["more attempts than delays"] = (Schedule(3, attempts: 5), "max_attempts OUT_OF_RANGE"),
        ["more attempts than the preset"] = (new() { MaxAttempts = 11 }, "max_attempts OUT_OF_RANGE"),
        ["unknown preset"] = (new() { Preset = "Wawp" }, "preset PRESET_UNKNOWN"),
        ["preset and backoff"] = (new() { Preset = "wawp", Exponential = new() }, "preset EXCLUSIVE"),
        ["more attempts than another preset"] = (new() { Preset = "gowa", MaxAttempts = 4 }, "max_attempts OUT_OF_RANGE"),
        ["negative jitter"] = (new() { Jitter = -0.1 }, "jitter OUT_OF_RANGE"),
        ["large jitter"] = (new() { Jitter = 1.1 }, "jitter OUT_OF_RANGE"),
        ["no jitter"] = (new() { Jitter = double.NaN }, "jitter OUT_OF_RANGE"),
        ["low status"] = (new() { NonRetryableStatuses = { 400, 399 } }, "non_retryable_statuses[1] OUT_OF_RANGE"),
        ["high status"] = (new() { NonRetryableStatuses = { 600 } }, "non_retryable_statuses[0] OUT_OF_RANGE"),
        ["many statuses"] = (new() { NonRetryableStatuses = { Enumerable.Range(400, 65) } }, "non_retryable_statuses TOO_MANY"),
        ["short age"] = (new() { MaxAge = Sample.Seconds(0.5) }, "max_age OUT_OF_RANGE"),
        ["long age"] = (new() { MaxAge = Sample.Seconds((30 * 86_400) + 1) }, "max_age OUT_OF_RANGE"),
    };

    private static readonly Dictionary<string, RetryPolicy> Right = new()
    {
        ["nothing set"] = new(),
        ["preset"] = new() { Preset = "wawp", MaxAttempts = 16, Jitter = 0.1 },
        ["standard by name"] = new() { Preset = "standard" },
        ["defaults of exponential"] = new() { Exponential = new() },
        ["widest exponential"] = new()
        {
            Exponential = new() { Initial = Sample.Seconds(0.1), Multiplier = 10, Max = Sample.Seconds(86_400) },
            MaxAttempts = 100,
            Jitter = 1,
            MaxAge = Sample.Seconds(30 * 86_400),
            NonRetryableStatuses = { Enumerable.Range(400, 64) },
        },
        ["fixed"] = new() { Fixed = new() { Delay = Sample.Seconds(0.1) }, MaxAttempts = 16 },
        ["longest schedule"] = Schedule(50, attempts: 51),
        ["immediate"] = new() { Schedule = new() { Delays = { Sample.Seconds(0), Sample.Seconds(86_400) } }, MaxAttempts = 2 },
    };

    public static TheoryData<string> WrongCases => [.. Wrong.Keys];

    public static TheoryData<string> RightCases => [.. Right.Keys];

    [Theory, MemberData(nameof(WrongCases))]
    public void Accept_OutsideLimit_NamesFieldAndReason(string name) => Assert.Equal(
        [$"webhook.retry_policy.{Wrong[name].Expected}"], Sample.ViolationsOf(r => r.Webhook.RetryPolicy = Wrong[name].Policy));

    [Theory, MemberData(nameof(RightCases))]
    public void Accept_Right_PassesAndReadsBackEqual(string name)
    {
        Assert.Empty(Sample.ViolationsOf(r => r.Webhook.RetryPolicy = Right[name]));
        Assert.Equal(Right[name], RetryPolicyMapper.ToProto(RetryPolicyMapper.ToRecord(Right[name])));
    }

    private static RetryPolicy Schedule(int delays, int attempts = 0) => new()
    {
        Schedule = new() { Delays = { Enumerable.Range(0, delays).Select(_ => Sample.Seconds(1)) } },
        MaxAttempts = attempts,
    };
}
