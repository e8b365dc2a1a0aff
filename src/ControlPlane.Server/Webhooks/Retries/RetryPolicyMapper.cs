using ControlPlane.Server.Api.Validation;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using static ControlPlane.V1.RetryPolicy;

namespace ControlPlane.Server.Webhooks.Retries;

/// <summary>Between a retry policy of the API and of the store.</summary>
internal static class RetryPolicyMapper
{
    /// <summary>A policy that <see cref="RetryPolicyValidator"/> has passed, as it is stored.</summary>
    public static RetryPolicyRecord ToRecord(RetryPolicy policy)
    {
        var record = new RetryPolicyRecord
        {
            MaxAttempts = policy.MaxAttempts,
            Jitter = policy.Jitter,
            NonRetryableStatuses = [.. policy.NonRetryableStatuses],
            MaxAge = ToTimeSpan(policy.MaxAge),
            Preset = policy.Preset.Length > 0 ? policy.Preset : null,
        };
        return policy.BackoffCase switch
        {
            BackoffOneofCase.Exponential => record with
            {
                Backoff = BackoffKind.Exponential,
                Initial = ToTimeSpan(policy.Exponential.Initial),
                Multiplier = policy.Exponential.Multiplier,
                Max = ToTimeSpan(policy.Exponential.Max),
            },
            BackoffOneofCase.Fixed => record with { Backoff = BackoffKind.Fixed, Initial = ToTimeSpan(policy.Fixed.Delay) },
            BackoffOneofCase.Schedule => record with
            {
                Backoff = BackoffKind.Schedule,
                Delays = [.. policy.Schedule.Delays.Select(d => ToTimeSpan(d)!.Value)],
            },
            _ => record,
        };
    }

    /// <summary>A stored policy, as it is shown.</summary>
    public static RetryPolicy ToProto(RetryPolicyRecord record)
    {
        var policy = new RetryPolicy
        {
            MaxAttempts = record.MaxAttempts,
            Jitter = record.Jitter,
            NonRetryableStatuses = { record.NonRetryableStatuses },
            MaxAge = ToDuration(record.MaxAge),
            Preset = record.Preset ?? "",
        };
        switch (record.Backoff)
        {
            case BackoffKind.Exponential:
                policy.Exponential = new()
                {
                    Initial = ToDuration(record.Initial),
                    Multiplier = record.Multiplier,
                    Max = ToDuration(record.Max),
                };
                break;
            case BackoffKind.Fixed:
                policy.Fixed = new() { Delay = ToDuration(record.Initial) };
                break;
            case BackoffKind.Schedule:
                policy.Schedule = new() { Delays = { record.Delays.Select(d => Duration.FromTimeSpan(d)) } };
                break;
        }

        return policy;
    }

    /// <summary>What a policy comes to, as it is shown.</summary>
    public static V1.RetrySchedule ToProto(Retries.RetrySchedule schedule) => new()
    {
        Delays = { schedule.Delays.Select(Duration.FromTimeSpan) },
        Total = Duration.FromTimeSpan(schedule.Total),
        Attempts = schedule.Attempts,
        Jitter = schedule.Jitter,
    };

    /// <summary>A duration known to be valid.</summary>
    public static TimeSpan? ToTimeSpan(Duration? duration) =>
        duration is not null && ProtoTimes.TryRead(duration, out var value) ? value : null;

    public static Duration? ToDuration(TimeSpan? value) => value is { } span ? Duration.FromTimeSpan(span) : null;
}
