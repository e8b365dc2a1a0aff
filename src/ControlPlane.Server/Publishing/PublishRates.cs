using System.Collections.Concurrent;

namespace ControlPlane.Server.Publishing;

/// <summary>
/// How fast tenants publish: a bucket of tokens for each that has a limit. It holds a second's worth, one token at least. A batch
/// of more than it holds passes when it is full and leaves a debt, so that the rate holds in the long run all the same.
/// </summary>
internal sealed class PublishRates(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    /// <summary>Takes tokens. Returns how long to wait if there are not enough, else null.</summary>
    /// <param name="tenantId">Who publishes.</param>
    /// <param name="rate">Its limit per second; 0 for none.</param>
    /// <param name="count">How many events.</param>
    public TimeSpan? Take(string tenantId, double rate, int count)
    {
        if (rate > 0)
        {
            return _buckets.GetOrAdd(tenantId, static (_, start) => new Bucket(start), (rate, clock)).Take(rate, count);
        }

        _buckets.TryRemove(tenantId, out _);
        return null;
    }

    /// <summary>Forgets a tenant that does not exist.</summary>
    public void Forget(string tenantId) => _buckets.TryRemove(tenantId, out _);

    private sealed class Bucket((double Rate, TimeProvider Clock) start)
    {
        private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

        private readonly Lock _lock = new();
        private readonly TimeProvider _clock = start.Clock;
        private double _tokens = Math.Max(1, start.Rate);
        private long _filled = start.Clock.GetTimestamp();

        public TimeSpan? Take(double rate, int count)
        {
            lock (_lock)
            {
                var size = Math.Max(1, rate);
                var now = _clock.GetTimestamp();
                _tokens = Math.Min(size, _tokens + (_clock.GetElapsedTime(_filled, now).TotalSeconds * rate));
                _filled = now;
                var missing = Math.Min(count, size) - _tokens;
                // Tokens come in fractions; what rounding takes off must not keep a caller waiting that came back in time.
                if (missing > 1e-6)
                {
                    var seconds = Math.Min(missing / rate, LongestWait.TotalSeconds);
                    return TimeSpan.FromMilliseconds(Math.Ceiling(seconds * 1_000));
                }

                _tokens -= count;
                return null;
            }
        }
    }
}
