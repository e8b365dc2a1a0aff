using System.Collections.Concurrent;
using ControlPlane.Storage;

namespace ControlPlane.Server.Dispatching;

/// <summary>The receivers, by tenant and host. One that was not used for an hour is forgotten.</summary>
internal sealed class Receivers(TimeProvider clock)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<(string TenantId, string Host), Receiver> _receivers = [];
    private long _swept = clock.GetTimestamp();

    public int Count => _receivers.Count;

    /// <summary>What is known of the host that the webhook's URL names, port included.</summary>
    public Receiver Of(WebhookRecord webhook)
    {
        var now = clock.GetTimestamp();
        Sweep(now);
        var receiver = _receivers.GetOrAdd((webhook.TenantId, new Uri(webhook.Url).Authority), static _ => new());
        receiver.UsedAt = now;
        return receiver;
    }

    private void Sweep(long now)
    {
        var swept = Interlocked.Read(ref _swept);
        if (clock.GetElapsedTime(swept, now) < Remembered || Interlocked.CompareExchange(ref _swept, now, swept) != swept)
        {
            return;
        }

        foreach (var entry in _receivers)
        {
            if (entry.Value.InFlight == 0 && clock.GetElapsedTime(entry.Value.UsedAt, now) >= Remembered)
            {
                _receivers.TryRemove(entry);
            }
        }
    }
}
