using System.Collections.Concurrent;

namespace ControlPlane.Egress.Connecting;

/// <summary>
/// Remembers when a connection in HTTP/2 over which answers had come last ended, by origin. The handler does not tell which
/// connection a request was on, and one that made a connection can have been sent over another.
/// </summary>
internal sealed class EndedConnections(TimeProvider time)
{
    /// <summary>Bounds the memory. Entries are of use for as long as an attempt lasts.</summary>
    private const int MaxOrigins = 10_000;

    private readonly ConcurrentDictionary<(string Host, int Port), long> _origins = new();

    public void Add(Uri url)
    {
        if (_origins.Count >= MaxOrigins)
        {
            _origins.Clear();
        }

        _origins[(url.IdnHost, url.Port)] = time.GetTimestamp();
    }

    /// <summary>Whether one ended since.</summary>
    /// <param name="url">Of the request.</param>
    /// <param name="timestamp"><see cref="TimeProvider.GetTimestamp"/> from before the request was sent.</param>
    public bool Since(Uri url, long timestamp) => _origins.TryGetValue((url.IdnHost, url.Port), out var ended) && ended >= timestamp;

    /// <summary>The timestamp to ask with later.</summary>
    public long Now() => time.GetTimestamp();
}
