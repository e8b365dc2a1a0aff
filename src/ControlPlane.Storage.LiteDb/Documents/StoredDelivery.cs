namespace ControlPlane.Storage.LiteDb;

/// <summary>A delivery with what only the engine knows of it, as it is to be stored. Its attempts are within its document.</summary>
internal sealed class StoredDelivery
{
    /// <summary>How many attempts are kept.</summary>
    public const int AttemptsKept = 100;

    public required long Seq { get; init; }
    public required long Event { get; init; }
    public required long Webhook { get; init; }
    public required long Tenant { get; init; }

    /// <summary>The number of its line; null if it stands in none.</summary>
    public long? Line { get; init; }

    public required DeliveryRecord Delivery { get; set; }

    /// <summary>Whether its id is a key of its document instead of being listed.</summary>
    public bool HasIdKey { get; init; }

    /// <summary>Whether that it is leased is a key of its document instead of being kept in mind.</summary>
    public bool HasLeaseKey { get; set; }

    /// <summary>Whether it was created after its event, whose other deliveries have positions without gaps.</summary>
    public bool IsLater { get; init; }

    /// <summary>Whether it waits behind another one of its line.</summary>
    public bool Blocked { get; set; }

    /// <summary>Why it ends when it was not sent: set when its event is erased while it is leased.</summary>
    public EndReason Erased { get; set; }

    public string Owner { get; set; } = "";
    public DateTimeOffset? LeaseUntil { get; set; }
    public List<AttemptRecord> Attempts { get; init; } = [];

    /// <summary>Whether its document is there.</summary>
    public bool IsStored { get; set; }

    /// <summary>Whether its document is not as it should be.</summary>
    public bool IsChanged { get; set; }

    public void Add(AttemptRecord attempt)
    {
        Attempts.Add(attempt);
        if (Attempts.Count > AttemptsKept)
        {
            Attempts.RemoveAt(0);
        }
    }
}
