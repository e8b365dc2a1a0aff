namespace ControlPlane.Storage.LiteDb;

/// <summary>Which dead letters are kept however old they are: of each webhook that was not deleted the last ones.</summary>
internal sealed class DeadLetters(int kept)
{
    private readonly Dictionary<long, long> _from = [];

    /// <summary>What finding out about the webhooks that were asked about has cost, in documents looked at.</summary>
    public int Cost => _from.Count * Math.Max(kept, 1);

    /// <summary>Forgets what was found out.</summary>
    public void Clear() => _from.Clear();

    public bool Keeps(DocumentStore documents, long webhook, long delivery)
    {
        if (!_from.TryGetValue(webhook, out var from))
        {
            _from[webhook] = from = FindFirst(documents, webhook);
        }

        return delivery >= from;
    }

    private long FindFirst(DocumentStore documents, long webhook)
    {
        if (kept == 0 || documents.Find(Collections.Webhooks, webhook) is not { } document || WebhookRef.Read(document).IsDeleted)
        {
            return long.MaxValue;
        }

        using var rows = documents.WithinKeys(
            Collections.Deliveries,
            Key.Of(KeyKind.DeadOfWebhook, webhook, long.MinValue), Key.Of(KeyKind.DeadOfWebhook, webhook, long.MaxValue),
            descending: true, DeliveryFormat.Facts);
        for (var left = kept; rows.Step(); left--)
        {
            if (left == 1)
            {
                return rows.Current.Seq();
            }
        }

        return 0;
    }
}
