using ControlPlane.V1;

namespace ControlPlane.Cli.Monitor;

/// <summary>What is known of one webhook.</summary>
internal sealed class WebhookRow(string id)
{
    public string Id => id;

    /// <summary>The id until the name is known.</summary>
    public string Name { get => field ?? Id; set; }

    public WebhookState State { get; set; } = WebhookState.Active;

    /// <summary>Deliveries that wait, for their turn or for their next attempt.</summary>
    public int Waiting { get; set; }

    public int InFlight { get; set; }

    /// <summary>The last delivery that was attempted.</summary>
    public Delivery? Last { get; set; }

    /// <summary>Since when no attempt succeeded, as far as it was seen here.</summary>
    public DateTimeOffset? FailingSince { get; set; }
}

/// <summary>Deliveries and webhooks as they are now, and what happened in the last minute. For one thread that writes and one that reads.</summary>
internal sealed class Board(TimeProvider time)
{
    public const int Seconds = 60;
    private const int MostEnded = 500;
    private const int MostOpen = 50_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Delivery> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Delivery> _ended = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, long Revision)> _endings = new();
    private readonly Dictionary<string, WebhookRow> _webhooks = new(StringComparer.Ordinal);
    private readonly int[] _delivered = new int[Seconds];
    private readonly int[] _failed = new int[Seconds];
    private long _second = time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>What the connection is doing, in words.</summary>
    public string Connection { get; private set; } = "live";

    public bool Connected { get; private set; } = true;

    public long Changes { get; private set; }

    public long Delivered { get; private set; }

    public long Retrying { get; private set; }

    public long Dead { get; private set; }

    public void Say(bool connected, string words)
    {
        lock (_lock)
        {
            (Connected, Connection) = (connected, words);
        }
    }

    public void Name(Webhook webhook)
    {
        lock (_lock)
        {
            var row = Row(webhook.Id);
            (row.Name, row.State) = (webhook.Name.Length > 0 ? webhook.Name : webhook.Url, webhook.State);
        }
    }

    public void State(string webhookId, WebhookState state)
    {
        lock (_lock)
        {
            Row(webhookId).State = state;
        }
    }

    /// <summary>Takes a delivery as it was found; what a change said of it is newer.</summary>
    public void Found(Delivery delivery)
    {
        lock (_lock)
        {
            Keep(delivery);
        }
    }

    /// <summary>Takes a change.</summary>
    public void Changed(Delivery delivery)
    {
        lock (_lock)
        {
            Changes++;
            Turn();
            Count(delivery);
            Keep(delivery);
        }
    }

    /// <summary>The webhooks, those with something to do first.</summary>
    public IReadOnlyList<WebhookRow> Webhooks()
    {
        lock (_lock)
        {
            return [.. _webhooks.Values.OrderByDescending(row => row.InFlight + row.Waiting).ThenBy(row => row.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>The deliveries that a text is found in, the one that changed last first.</summary>
    public IReadOnlyList<Delivery> Deliveries(string text, int most)
    {
        lock (_lock)
        {
            return
            [
                .. _open.Values.Concat(_ended.Values).Where(delivery => Has(delivery, text))
                    .OrderByDescending(delivery => delivery.UpdateTime).ThenByDescending(delivery => delivery.Revision).Take(most),
            ];
        }
    }

    /// <summary>Per second of the last minute, oldest first: what was delivered, and what failed.</summary>
    public (int[] Delivered, int[] Failed) Minute()
    {
        lock (_lock)
        {
            Turn();
            var first = (int)((_second + 1) % Seconds);
            return ([.. _delivered[first..], .. _delivered[..first]], [.. _failed[first..], .. _failed[..first]]);
        }
    }

    public string NameOf(string webhookId)
    {
        lock (_lock)
        {
            return _webhooks.GetValueOrDefault(webhookId)?.Name ?? webhookId;
        }
    }

    private void Keep(Delivery delivery)
    {
        var before = _open.GetValueOrDefault(delivery.Id) ?? _ended.GetValueOrDefault(delivery.Id);
        if (before?.Revision >= delivery.Revision)
        {
            return;
        }

        var row = Row(delivery.WebhookId);
        Add(row, before, -1);
        _open.Remove(delivery.Id);
        _ended.Remove(delivery.Id);
        if (delivery.State is DeliveryState.Succeeded or DeliveryState.Dead or DeliveryState.Cancelled)
        {
            _ended[delivery.Id] = delivery;
            _endings.Enqueue((delivery.Id, delivery.Revision));
            ForgetOld();
        }
        else if (_open.Count < MostOpen)
        {
            _open[delivery.Id] = delivery;
            Add(row, delivery, 1);
        }

        if (delivery.AttemptCount > 0 && !(row.Last is { } last && last.UpdateTime > delivery.UpdateTime))
        {
            Note(row, delivery);
        }
    }

    private static void Add(WebhookRow row, Delivery? delivery, int number)
    {
        row.InFlight += delivery?.State is DeliveryState.InFlight ? number : 0;
        row.Waiting += delivery?.State is DeliveryState.Pending or DeliveryState.RetryScheduled ? number : 0;
    }

    private static void Note(WebhookRow row, Delivery delivery)
    {
        row.Last = delivery;
        row.FailingSince = delivery.State is DeliveryState.Succeeded ? null
            : delivery.LastFailure is FailureKind.Unspecified ? row.FailingSince
            : row.FailingSince ?? delivery.UpdateTime.ToDateTimeOffset();
    }

    private void ForgetOld()
    {
        while (_ended.Count > MostEnded && _endings.TryDequeue(out var oldest))
        {
            // It may have ended again since.
            if (_ended.GetValueOrDefault(oldest.Id)?.Revision == oldest.Revision)
            {
                _ended.Remove(oldest.Id);
            }
        }
    }

    private void Count(Delivery delivery)
    {
        var second = (int)(_second % Seconds);
        switch (delivery.State)
        {
            case DeliveryState.Succeeded:
                Delivered++;
                _delivered[second]++;
                break;
            case DeliveryState.RetryScheduled:
                Retrying++;
                _failed[second]++;
                break;
            case DeliveryState.Dead:
                Dead++;
                _failed[second]++;
                break;
        }
    }

    /// <summary>Empties the seconds that have come since.</summary>
    private void Turn()
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        for (_second = Math.Max(_second, now - Seconds); _second < now;)
        {
            _second++;
            (_delivered[_second % Seconds], _failed[_second % Seconds]) = (0, 0);
        }
    }

    private bool Has(Delivery delivery, string text) => text.Length == 0
        || new[] { delivery.Id, delivery.EventId, delivery.EventType, delivery.WebhookId, delivery.Instance, delivery.State.ToString() }
            .Append(_webhooks.GetValueOrDefault(delivery.WebhookId)?.Name ?? "")
            .Any(each => each.Contains(text, StringComparison.OrdinalIgnoreCase));

    private WebhookRow Row(string id) => _webhooks.TryGetValue(id, out var row) ? row : _webhooks[id] = new(id);
}
