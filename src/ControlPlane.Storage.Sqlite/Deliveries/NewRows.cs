namespace ControlPlane.Storage.Sqlite;

/// <summary>An event that is being stored, and the numbers of what it refers to.</summary>
internal readonly record struct EventRow(NewEvent Added, long Seq, long Tenant, long Type, long Instance, long FirstDelivery);

/// <summary>A delivery that is being stored, and the numbers of what it refers to.</summary>
internal readonly record struct DeliveryRow(
    long Seq, DeliveryRecord Record, EventRow Source, long Webhook, long? Owner, DateTimeOffset? LeaseUntil);
