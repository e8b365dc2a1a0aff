using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Deliveries;

/// <summary>How attempts ended over time.</summary>
internal sealed class StatsCalls(IStatsStore stats, IWebhookStore webhooks)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    public async Task<GetWebhookStatsResponse> GetAsync(GetWebhookStatsRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        FieldRules.CheckId(violations, "webhook_id", request.WebhookId);
        FieldRules.CheckId(violations, "tenant_id", request.TenantId);
        var window = ProtoTimes.CheckDuration(violations, "window", request.Window, Minute, Longest, "60 seconds to 30 days") ?? Hour;
        var bucket = ProtoTimes.CheckDuration(violations, "bucket", request.Bucket, Minute, Hour, "60 seconds or 1 hour")
            ?? (window <= Hour ? Minute : Hour);
        if (bucket != Minute && bucket != Hour)
        {
            violations.Add("bucket", "OUT_OF_RANGE", "must be 60 seconds or 1 hour");
        }
        else if (bucket == Minute && window > Hour)
        {
            violations.Add("window", "OUT_OF_RANGE", "must be at most 1 hour with buckets of 60 seconds");
        }

        violations.ThrowIfAny();
        var size = bucket == Minute ? BucketSize.Minute : BucketSize.Hour;
        var buckets = (int)Math.Ceiling(window / bucket);
        if (request.WebhookId.Length == 0 && caller.WebhookIds is { } only)
        {
            caller.ResolveTenant(request.TenantId);
            return ToProto(await AddUpAsync(only, size, buckets, cancellationToken));
        }

        var (ofWebhook, id) = await ResolveAsync(request, caller, cancellationToken);
        return await stats.ReadAsync(new StatsQuery(ofWebhook, id, size, buckets), cancellationToken) is { } found
            ? ToProto(found)
            : throw RequestErrors.NotFound(ofWebhook ? "webhook" : "tenant", id);
    }

    /// <summary>The counts of webhooks together. The last buckets tell: a minute can end between two reads.</summary>
    private async Task<AttemptStats> AddUpAsync(IReadOnlyList<string> webhookIds, BucketSize size, int buckets, CancellationToken cancellationToken)
    {
        var counts = new SortedDictionary<DateTimeOffset, AttemptCounts>();
        var (inFlight, waiting, oldest) = (0L, 0L, (DateTimeOffset?)null);
        foreach (var id in webhookIds)
        {
            if (await stats.ReadAsync(new StatsQuery(true, id, size, buckets), cancellationToken) is not { } found)
            {
                // Deleted.
                continue;
            }

            (inFlight, waiting) = (inFlight + found.InFlight, waiting + found.Waiting);
            oldest = oldest is null || found.OldestWaiting < oldest ? found.OldestWaiting ?? oldest : oldest;
            foreach (var each in found.Buckets)
            {
                counts.TryAdd(each.Start, new());
                counts[each.Start].Add(each.Counts);
            }
        }

        return new([.. counts.TakeLast(buckets).Select(each => new StatsBucket(each.Key, each.Value))], inFlight, waiting, oldest);
    }

    private async Task<(bool OfWebhook, string Id)> ResolveAsync(GetWebhookStatsRequest request, Caller caller, CancellationToken cancellationToken)
    {
        if (request.WebhookId.Length == 0)
        {
            return (false, caller.ResolveTenant(request.TenantId));
        }

        var webhook = await webhooks.GetAsync(request.WebhookId, cancellationToken);
        return webhook is not null && caller.Sees(webhook) && (request.TenantId.Length == 0 || request.TenantId == webhook.TenantId)
            ? (true, webhook.Id)
            : throw RequestErrors.NotFound("webhook", request.WebhookId);
    }

    private static GetWebhookStatsResponse ToProto(AttemptStats found)
    {
        var answer = new GetWebhookStatsResponse
        {
            InFlight = found.InFlight,
            Waiting = found.Waiting,
            OldestWaitingTime = found.OldestWaiting?.ToTimestamp(),
            Buckets = { found.Buckets.Select(bucket => ToProto(bucket.Start, bucket.Counts)) },
        };
        var (delivered, failed) = (answer.Buckets.Sum(bucket => bucket.Delivered), answer.Buckets.Sum(bucket => bucket.Failed));
        if (delivered + failed > 0)
        {
            answer.SuccessShare = (double)delivered / (delivered + failed);
        }

        return answer;
    }

    private static GetWebhookStatsResponse.Types.Bucket ToProto(DateTimeOffset start, AttemptCounts counts) => new()
    {
        StartTime = start.ToTimestamp(),
        Delivered = counts.Delivered,
        Failed = counts.Failed,
        Retried = counts.Retried,
        Dead = counts.Dead,
        P50 = counts.Percentile(0.5)?.ToDuration(),
        P99 = counts.Percentile(0.99)?.ToDuration(),
    };
}
