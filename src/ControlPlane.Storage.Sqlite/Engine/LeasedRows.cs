namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// What the writer knows of deliveries under lease that stand in no line, so that recording their attempts need not look for them: as
/// many as the process has places for. Those of erased events are not among them. A delivery that is not found here can be leased all the same; one that is found is, exactly so.
/// </summary>
internal sealed class LeasedRows
{
    private readonly Dictionary<string, LeasedRow> _rows = new(StringComparer.Ordinal);

    public LeasedRow? Find(string deliveryId) => _rows.TryGetValue(deliveryId, out var row) ? row : null;

    /// <summary>Takes note of a delivery's row as it is stored now.</summary>
    public void Note(long seq, DeliveryRecord delivery)
    {
        if (delivery.State == DeliveryState.InFlight && delivery.OrderingKey.Length == 0)
        {
            _rows[delivery.Id] = new LeasedRow(seq, delivery.Fence, delivery.AttemptCount, delivery.RoundAttempts);
        }
        else
        {
            _rows.Remove(delivery.Id);
        }
    }

    /// <summary>Forgets a delivery, whose event was erased: how its attempt ends is for its row to say.</summary>
    public void Forget(string deliveryId) => _rows.Remove(deliveryId);

    /// <summary>Forgets everything: a rollback may have taken it back.</summary>
    public void Clear() => _rows.Clear();
}

/// <summary>The stored row of a delivery under lease.</summary>
internal readonly record struct LeasedRow(long Seq, long Fence, int AttemptCount, int RoundAttempts);
