using ControlPlane.Storage;

namespace ControlPlane.Benchmarks.Filling;

/// <summary>An event as if it had been published some time ago.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Instance">Its instance.</param>
/// <param name="Time">When it was accepted; from one event to the next times should not fall.</param>
/// <param name="Payload">Its payload.</param>
/// <param name="Deliveries">Its deliveries.</param>
internal sealed record PastEvent(string Type, string Instance, DateTimeOffset Time, byte[] Payload, IReadOnlyList<PastDelivery> Deliveries);

/// <summary>A delivery after its first attempt.</summary>
/// <param name="WebhookId">Where to.</param>
/// <param name="State">Succeeded, Dead, Cancelled or RetryScheduled.</param>
/// <param name="Due">Exactly with RetryScheduled.</param>
internal sealed record PastDelivery(string WebhookId, DeliveryState State, DateTimeOffset? Due = null);
