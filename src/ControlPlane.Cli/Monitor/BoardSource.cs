using ControlPlane.Cli.Commands;
using ControlPlane.Client;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Monitor;

/// <summary>Fills a board: with what there is, and then with what changes.</summary>
internal sealed class BoardSource(Session session, Board board)
{
    private const int PageSize = 1_000;
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(2);
    private static readonly DeliveryState[] Open = [DeliveryState.Pending, DeliveryState.InFlight, DeliveryState.RetryScheduled];

    private DateTimeOffset? _lostAt;
    private bool _catchingUp;
    private long _changesThen;

    /// <summary>Reads the webhooks, what waits, and the latest deliveries: a page of each.</summary>
    public async Task FillAsync(ListDeliveriesRequest filter, CancellationToken cancellationToken)
    {
        await NameAsync(cancellationToken);
        foreach (var states in new[] { filter.States.Count > 0 ? [.. filter.States] : Open, [.. filter.States] })
        {
            var request = filter.Clone();
            (request.PageSize, request.PageToken) = (PageSize, "");
            request.States.Clear();
            request.States.Add(states);
            var page = await session.Server.Deliveries.ListDeliveriesAsync(request, session.Server.Call(cancellationToken));
            foreach (var delivery in page.Deliveries.Reverse())
            {
                board.Found(delivery);
            }
        }
    }

    /// <summary>Follows the changes until cancelled.</summary>
    public async Task WatchAsync(WatchDeliveriesRequest request, CancellationToken cancellationToken)
    {
        (request.WebhookStates, request.HeartbeatInterval) = (true, Duration.FromTimeSpan(Heartbeat));
        // What changed between the list and the watch.
        request.StartTime = Timestamp.FromDateTimeOffset(session.Now - TimeSpan.FromSeconds(30));
        var watch = new DeliveryWatch(session.Server.Deliveries, session.Host.Time, Turned);
        await foreach (var message in watch.RunAsync(request, cancellationToken))
        {
            await TakeAsync(message, cancellationToken);
        }
    }

    /// <summary>Reads the names of the webhooks again.</summary>
    public async Task NameAsync(CancellationToken cancellationToken)
    {
        var page = await session.Server.Webhooks.ListWebhooksAsync(
            new() { TenantId = session.Tenant, PageSize = PageSize }, session.Server.Call(cancellationToken));
        foreach (var webhook in page.Webhooks)
        {
            board.Name(webhook);
        }
    }

    private async Task TakeAsync(WatchDeliveriesResponse message, CancellationToken cancellationToken)
    {
        switch (message.MessageCase)
        {
            case WatchDeliveriesResponse.MessageOneofCase.Delivery:
                board.Changed(message.Delivery);
                if (board.NameOf(message.Delivery.WebhookId) == message.Delivery.WebhookId)
                {
                    await NameOneAsync(message.Delivery.WebhookId, cancellationToken);
                }

                break;
            case WatchDeliveriesResponse.MessageOneofCase.Webhook:
                board.State(message.Webhook.WebhookId, message.Webhook.State);
                break;
            case WatchDeliveriesResponse.MessageOneofCase.Heartbeat when _catchingUp:
                CaughtUp();
                break;
        }
    }

    /// <summary>A webhook that was made meanwhile. One that is deleted keeps its id for a name.</summary>
    private async Task NameOneAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            board.Name((await session.Server.Webhooks.GetWebhookAsync(new() { WebhookId = id }, session.Server.Call(cancellationToken))).Webhook);
        }
        catch (Grpc.Core.RpcException)
        {
            board.State(id, WebhookState.Unspecified);
        }
    }

    private void Turned(bool connected)
    {
        if (!connected)
        {
            _lostAt ??= session.Now;
            _catchingUp = false;
            board.Say(false, "connection lost: reconnecting");
            return;
        }

        (_catchingUp, _changesThen) = (true, board.Changes);
        board.Say(true, "connected again: catching up");
    }

    /// <summary>A heartbeat comes when there is nothing more to send.</summary>
    private void CaughtUp()
    {
        var away = (session.Now - _lostAt!.Value).TotalSeconds;
        board.Say(true, FormattableString.Invariant(
            $"live; went on after {away:0} s without a gap, {board.Changes - _changesThen} changes made up for"));
        (_catchingUp, _lostAt) = (false, null);
    }
}
