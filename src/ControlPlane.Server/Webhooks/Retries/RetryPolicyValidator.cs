using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using static ControlPlane.V1.RetryPolicy;
using RetryPolicy = ControlPlane.V1.RetryPolicy;

namespace ControlPlane.Server.Webhooks.Retries;

/// <summary>Notes what is wrong with a webhook's own retry policy.</summary>
internal static class RetryPolicyValidator
{
    private const string DelayRange = "100 ms to 24 h";

    public static void Check(Violations violations, string field, RetryPolicy policy)
    {
        switch (policy.BackoffCase)
        {
            case BackoffOneofCase.Exponential:
                CheckExponential(violations, $"{field}.exponential", policy.Exponential);
                break;
            case BackoffOneofCase.Fixed:
                CheckFixed(violations, $"{field}.fixed.delay", policy.Fixed.Delay);
                break;
            case BackoffOneofCase.Schedule:
                CheckSchedule(violations, $"{field}.schedule.delays", policy.Schedule.Delays);
                break;
        }

        CheckPreset(violations, $"{field}.preset", policy);
        CheckAttempts(violations, $"{field}.max_attempts", policy);
        if (!(policy.Jitter is >= 0 and <= 1))
        {
            violations.Add($"{field}.jitter", "OUT_OF_RANGE", "must be 0 to 1");
        }

        CheckStatuses(violations, $"{field}.non_retryable_statuses", policy.NonRetryableStatuses);
        ProtoTimes.CheckDuration(
            violations, $"{field}.max_age", policy.MaxAge, RetryLimits.ShortestAge, RetryLimits.LongestAge, "1 s to 30 d");
    }

    private static void CheckExponential(Violations violations, string field, Types.Exponential backoff)
    {
        var initial = CheckDelay(violations, $"{field}.initial", backoff.Initial);
        var max = CheckDelay(violations, $"{field}.max", backoff.Max);
        if (!(backoff.Multiplier is 0 or (>= 1 and <= 10)))
        {
            violations.Add($"{field}.multiplier", "OUT_OF_RANGE", "must be 1 to 10, or 0 for 2");
        }

        var initialIsKnown = initial is not null || backoff.Initial is null;
        var maxIsKnown = max is not null || backoff.Max is null;
        if (initialIsKnown && maxIsKnown && (max ?? RetryLimits.DefaultMax) < (initial ?? RetryLimits.DefaultInitial))
        {
            violations.Add(
                $"{field}.max", "OUT_OF_RANGE", "must be at least the initial delay (unset, it is 1 h and the initial delay 5 s)");
        }
    }

    private static void CheckFixed(Violations violations, string field, Duration? delay)
    {
        if (delay is null)
        {
            violations.Add(field, "REQUIRED", $"must be set, {DelayRange}");
            return;
        }

        CheckDelay(violations, field, delay);
    }

    private static void CheckSchedule(Violations violations, string field, RepeatedField<Duration> delays)
    {
        if (delays.Count == 0)
        {
            violations.Add(field, "REQUIRED", $"must have 1 to {RetryLimits.Delays} entries");
        }
        else if (delays.Count > RetryLimits.Delays)
        {
            violations.Add(field, "TOO_MANY", $"must have at most {RetryLimits.Delays} entries");
            return;
        }

        for (var i = 0; i < delays.Count; i++)
        {
            ProtoTimes.CheckDuration(violations, $"{field}[{i}]", delays[i], TimeSpan.Zero, RetryLimits.LongestDelay, "0 s to 24 h");
        }
    }

    private static void CheckPreset(Violations violations, string field, RetryPolicy policy)
    {
        if (policy.Preset.Length == 0)
        {
            return;
        }

        if (RetryPreset.Find(policy.Preset) is null)
        {
            violations.Add(field, "PRESET_UNKNOWN", $"must be one of {string.Join(", ", RetryPreset.All.Select(p => p.Name))}");
        }

        if (policy.BackoffCase != BackoffOneofCase.None)
        {
            violations.Add(field, "EXCLUSIVE", "must not be set together with a backoff");
        }
    }

    private static void CheckAttempts(Violations violations, string field, RetryPolicy policy)
    {
        if (policy.MaxAttempts is < 0 or > RetryLimits.Attempts)
        {
            violations.Add(field, "OUT_OF_RANGE", $"must be 1 to {RetryLimits.Attempts}, or 0 for the backoff's own");
            return;
        }

        var (scheduled, name) = policy.BackoffCase switch
        {
            BackoffOneofCase.Schedule => (policy.Schedule.Delays.Count + 1, "this schedule"),
            BackoffOneofCase.None when policy.Preset.Length == 0 => (RetryPreset.Standard.Attempts, "the standard schedule"),
            // Of an unknown preset nothing is known; its name is noted.
            BackoffOneofCase.None => (RetryPreset.Find(policy.Preset)?.Attempts ?? RetryLimits.Attempts, "this preset"),
            _ => (RetryLimits.Attempts, ""),
        };
        if (policy.MaxAttempts > scheduled)
        {
            violations.Add(field, "OUT_OF_RANGE", $"must be at most {scheduled}, the attempts of {name}");
        }
    }

    private static void CheckStatuses(Violations violations, string field, RepeatedField<int> statuses)
    {
        if (statuses.Count > RetryLimits.NonRetryableStatuses)
        {
            violations.Add(field, "TOO_MANY", $"must have at most {RetryLimits.NonRetryableStatuses} entries");
            return;
        }

        for (var i = 0; i < statuses.Count; i++)
        {
            if (statuses[i] is < 400 or > 599)
            {
                violations.Add($"{field}[{i}]", "OUT_OF_RANGE", "must be 400 to 599");
            }
        }
    }

    private static TimeSpan? CheckDelay(Violations violations, string field, Duration? delay) =>
        ProtoTimes.CheckDuration(violations, field, delay, RetryLimits.ShortestDelay, RetryLimits.LongestDelay, DelayRange);
}
