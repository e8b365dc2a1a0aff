using System.Collections.Concurrent;
using System.Globalization;

namespace ControlPlane.Egress.Connecting;

/// <summary>
/// Remembers for an hour which origins are sent to over HTTP/1.1 because HTTP/2 with them failed: some ask for it, and some send
/// frames that RFC 9113, 5.5 says to ignore and the client library does not bear.
/// </summary>
internal sealed class Http2Fallbacks(TimeProvider time)
{
    public static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    /// <summary>Bounds the memory; origins beyond it are tried with HTTP/2 each time.</summary>
    private const int MaxOrigins = 10_000;

    private readonly ConcurrentDictionary<(string Host, int Port), (DateTimeOffset Until, string Reason)> _origins = new();

    public void Add(Uri url, string reason)
    {
        var now = time.GetUtcNow();
        if (_origins.Count >= MaxOrigins)
        {
            foreach (var (origin, (until, _)) in _origins)
            {
                if (until <= now)
                {
                    _origins.TryRemove(origin, out _);
                }
            }
        }

        if (_origins.Count < MaxOrigins)
        {
            _origins[(url.IdnHost, url.Port)] = (now + Memory, reason);
        }
    }

    /// <summary>One sentence on why and how long the origin is sent to over HTTP/1.1; null if it is not.</summary>
    public string? Find(Uri url)
    {
        var origin = (url.IdnHost, url.Port);
        if (!_origins.TryGetValue(origin, out var found))
        {
            return null;
        }

        if (found.Until <= time.GetUtcNow())
        {
            _origins.TryRemove(origin, out _);
            return null;
        }

        return string.Create(
            CultureInfo.InvariantCulture, $"HTTP/1.1 is used until {found.Until:yyyy-MM-dd HH:mm:ss}Z: over HTTP/2 {found.Reason}.");
    }
}
