using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Deliveries.Listing;
using ControlPlane.Server.Watching;
using ControlPlane.Storage;
using ControlPlane.Storage.Transitions;
using ControlPlane.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Deliveries;

/// <summary>Turns a WatchDeliveries call into a watch, and what it tells into messages.</summary>
internal sealed class DeliveryWatch(
    WatchStream stream, IChangeFeed feed, StorageEngine store, WebhookCatalog catalog, IWebhookStore webhooks, TenantPlans plans,
    IOptions<WatchingOptions> options)
{
    private readonly AtOnce _open = new(int.MaxValue, options.Value.MaxPerTenant);

    private static readonly TimeSpan DefaultHeartbeat = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ShortestHeartbeat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestHeartbeat = TimeSpan.FromSeconds(300);

    public async Task RunAsync(
        WatchDeliveriesRequest request, IServerStreamWriter<WatchDeliveriesResponse> responses, ServerCallContext context)
    {
        var violations = new Violations();
        var filter = DeliveryFilterValidator.Check(request, violations);
        var heartbeat = ProtoTimes.CheckDuration(
            violations, "heartbeat_interval", request.HeartbeatInterval, ShortestHeartbeat, LongestHeartbeat, "1 to 300 seconds");
        var startTime = ProtoTimes.CheckBound(violations, "start_time", request.StartTime);
        var resumed = ReadToken(request, violations);
        violations.ThrowIfAny();
        var caller = Caller.Of(context);
        filter = filter.LimitedTo(caller, request.TenantId);
        if (filter.TenantId is not null)
        {
            await plans.RequireAsync(filter.TenantId, Features.Watch, context.CancellationToken);
        }

        // What the platform's own keys open is the platform's own affair.
        using var open = caller.TenantId is { } own ? _open.TryEnter(own) ?? throw TooMany(own) : null;
        var head = await feed.GetHeadAsync(context.CancellationToken);
        if (resumed > head)
        {
            throw RequestErrors.OutOfRange(
                "RESUME_TOKEN_EXPIRED", "The resume token is ahead of this store, which was restored from a backup: list, then watch from now.");
        }

        var after = resumed ?? (startTime is { } time
            ? Math.Max(await feed.FindBeforeAsync(time, context.CancellationToken), await feed.GetFloorAsync(context.CancellationToken))
            : head);
        using var states = request.WebhookStates ? new WebhookStates(catalog, webhooks, filter.TenantId, Only(filter, caller)) : null;
        // Revisions and times can be a little out of step: each change is judged by its own time.
        await stream.RunAsync(
            after,
            filter.TenantId,
            delivery => !(delivery.UpdateTime < startTime) && filter.Matches(delivery) && caller.Sees(delivery),
            heartbeat ?? DefaultHeartbeat,
            states,
            async message =>
            {
                if (filter.TenantId is not null)
                {
                    // It can lose the feature meanwhile; the plan is in memory.
                    await plans.RequireAsync(filter.TenantId, Features.Watch, context.CancellationToken);
                }

                await responses.WriteAsync(ToProto(message, caller.IsPlatform), CancellationToken.None);
            },
            context.CancellationToken);
    }

    private static IReadOnlyList<string>? Only(Storage.DeliveryFilter filter, Caller caller) =>
        filter.WebhookId is { } one ? [one] : caller.WebhookIds;

    private RequestException TooMany(string tenantId) => RequestErrors.QuotaExceeded(
        "TOO_MANY_WATCHES", tenantId, $"The tenant has {options.Value.MaxPerTenant} watches open, as many as it may.", TimeSpan.FromSeconds(30));

    private long? ReadToken(WatchDeliveriesRequest request, Violations violations)
    {
        if (request.ResumeToken.Length == 0)
        {
            return null;
        }

        if (request.StartTime is not null)
        {
            violations.Add("start_time", "EXCLUSIVE", "must not be set together with resume_token");
        }

        var revision = ResumeToken.Read(store.StoreId, request.ResumeToken);
        if (revision is null)
        {
            violations.Add("resume_token", "RESUME_TOKEN_INVALID", "is not a token of this store");
        }

        return revision;
    }

    private WatchDeliveriesResponse ToProto(WatchMessage source, bool toPlatform)
    {
        var message = new WatchDeliveriesResponse { ResumeToken = ResumeToken.Write(store.StoreId, source.Revision) };
        switch (source.Signal)
        {
            case WatchSignal.Ready:
                message.Ready = new();
                break;
            case WatchSignal.Change:
                message.Delivery = DeliveryMapper.ToProto(source.Delivery!, toPlatform);
                break;
            case WatchSignal.Webhook:
                message.Webhook = DeliveryMapper.ToStatus(source.Webhook!);
                break;
            case WatchSignal.Heartbeat:
                message.Heartbeat = new();
                break;
            default:
                message.Closing = new();
                break;
        }

        return message;
    }
}
