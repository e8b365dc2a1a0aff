using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Deliveries.Listing;
using ControlPlane.Server.Deliveries.Redriving;
using ControlPlane.Server.Filtering;
using ControlPlane.Storage;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Server.Deliveries;

/// <summary>The calls about what is done to many deliveries.</summary>
internal sealed record DeliveryJobs(RedriveCalls Redrives, ReplayCalls Replays);

/// <summary>Starts replays, and counts what they would take.</summary>
internal sealed class ReplayCalls(IWebhookStore webhooks, ReplayWalk walk, RedriveStarts starts)
{
    public async Task<ReplayEventsResponse> StartAsync(ReplayEventsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var filter = DeliveryFilterValidator.Check(request, violations);
        FilterRules.Check(violations, "filter", request.Filter);
        var rate = RedriveValidator.CheckRate("max_per_second", request.MaxPerSecond, violations);
        violations.ThrowIfAny();
        var webhook = await webhooks.GetAsync(request.WebhookId, context.CancellationToken) is { } found && Caller.Of(context).Sees(found)
            ? found
            : throw NotFound(request);
        filter = filter with { TenantId = webhook.TenantId };
        var terms = new ReplayTerms(
            OnlyMissing: !request.HasOnlyMissing || request.OnlyMissing, request.Filter.Length > 0 ? request.Filter : null);
        if (request.ValidateOnly)
        {
            return new ReplayEventsResponse { Count = (await CountAsync() ?? throw NotFound(request)).Count };
        }

        var audit = RedriveMapper.Audit(Initiator.Of(context));
        var replay = await starts.StartAsync(filter, terms, rate, CountAsync, audit, context.CancellationToken) ?? throw NotFound(request);
        return new ReplayEventsResponse { Count = replay.Matched, RedriveId = replay.Id };

        Task<RedriveScope?> CountAsync() => walk.CountAsync(filter, terms, context.CancellationToken);
    }

    private static RequestException NotFound(ReplayEventsRequest request) => RequestErrors.NotFound("webhook", request.WebhookId);
}
