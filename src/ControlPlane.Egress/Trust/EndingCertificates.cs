using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Egress.Trust;

/// <summary>The hosts whose certificates end soon, as seen when connections were made.</summary>
internal sealed class EndingCertificates
{
    /// <summary>How many are remembered.</summary>
    public const int Most = 10_000;

    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _hosts = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes note of the certificate that a host presented, and forgets the one before.</summary>
    public void Note(string host, X509Certificate2 certificate, DateTimeOffset now)
    {
        DateTimeOffset end = certificate.NotAfter.ToUniversalTime();
        if (!IsSoon(end, now))
        {
            _hosts.TryRemove(host, out _);
        }
        else if (_hosts.Count < Most || _hosts.ContainsKey(host))
        {
            _hosts[host] = end;
        }
    }

    /// <summary>Whether owners are warned of an end.</summary>
    public static bool IsSoon(DateTimeOffset end, DateTimeOffset now) => end - now <= Soon;

    /// <summary>When the certificate of a URL's host ends; null if that is not soon, or not known.</summary>
    public DateTimeOffset? Find(Uri url) =>
        !_hosts.IsEmpty && _hosts.TryGetValue(url.IdnHost, out var end) ? end : null;
}
