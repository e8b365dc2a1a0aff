namespace ControlPlane.Storage.LiteDb;

/// <summary>Which dead letters are kept however old they are: of each webhook that was not deleted the last ones.</summary>
internal sealed class DeadLetters(DocumentStore documents, int kept)
{
    /// <summary>What finding out about one webhook costs, in documents looked at.</summary>
    public int Cost => Math.Max(kept, 1);

    private readonly Dictionary<long, long> _from = [];

    /// <summary>How many webhooks were asked about.</summary>
    public int Webhooks => _from.Count;

    public bool Keeps(long webhook, long delivery)
    {
        if (!_from.TryGetValue(webhook, out var from))
        {
            _from[webhook] = from = FindFirst(webhook);
        }

        return delivery >= from;
    }

    private long FindFirst(long webhook)
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
