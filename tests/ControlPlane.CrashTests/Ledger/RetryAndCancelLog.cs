using System.Collections.Concurrent;

namespace ControlPlane.CrashTests.Ledger;

/// <summary>A call that set a delivery going again or stopped it.</summary>
/// <param name="Retry">RetryDelivery; otherwise CancelDelivery.</param>
/// <param name="Sent">When it was sent.</param>
internal sealed record RetryOrCancelCall(bool Retry, long Sent)
{
    /// <summary>When it was acknowledged; <see cref="WebhookVersion.Never"/> if nobody knows whether it was done.</summary>
    public long Acknowledged { get; set; } = WebhookVersion.Never;

    public bool IsAcknowledged => Acknowledged != WebhookVersion.Never;
}

/// <summary>Every such call that was not refused, by delivery, in order.</summary>
internal sealed class RetryAndCancelLog
{
    private readonly ConcurrentDictionary<string, List<RetryOrCancelCall>> _calls = new(StringComparer.Ordinal);

    public int Acknowledged(bool retry) => _calls.Values.Sum(calls => calls.Count(c => c.Retry == retry && c.IsAcknowledged));

    /// <summary>The calls on a delivery. Only one call is made at a time.</summary>
    public List<RetryOrCancelCall> Of(string deliveryId) => _calls.GetOrAdd(deliveryId, _ => []);
}
