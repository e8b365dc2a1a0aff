namespace ControlPlane.Storage.Postgres;

/// <summary>A delivery with what only the engine knows of it.</summary>
/// <param name="Seq">Its number.</param>
/// <param name="TenantSeq">Its tenant's number.</param>
/// <param name="WebhookSeq">Its webhook's number.</param>
/// <param name="EventSeq">Its event's number.</param>
/// <param name="Delivery">The delivery.</param>
/// <param name="Blocked">It waits for its turn in its line.</param>
/// <param name="Owner">Who leases it; null if nobody does.</param>
/// <param name="LeaseUntil">Until when.</param>
/// <param name="WebhookDeleted">Its webhook was deleted.</param>
/// <param name="HeadOfLine">Its webhook's choice.</param>
internal sealed record StoredDelivery(
    long Seq,
    long TenantSeq,
    long WebhookSeq,
    long EventSeq,
    DeliveryRecord Delivery,
    bool Blocked,
    string? Owner,
    DateTimeOffset? LeaseUntil,
    bool WebhookDeleted,
    HeadOfLine HeadOfLine)
{
    /// <summary>Why it ends when it was not sent: set when its event is erased while it is leased.</summary>
    public EndReason Erased { get; init; }
}
