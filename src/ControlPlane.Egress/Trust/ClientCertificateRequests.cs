using System.Collections.Concurrent;

namespace ControlPlane.Egress.Trust;

/// <summary>
/// Knows which hosts asked for a client certificate, of which there is none. A TLS 1.2 receiver that insists on one ends the handshake
/// with the same alert as one that shares no cipher.
/// </summary>
internal sealed class ClientCertificateRequests
{
    private const int MaxHosts = 10_000;

    private readonly ConcurrentDictionary<string, bool> _hosts = new(StringComparer.OrdinalIgnoreCase);

    public void Add(string host)
    {
        // Beyond the bound the message is less exact for a while, and nothing else.
        if (_hosts.Count >= MaxHosts)
        {
            _hosts.Clear();
        }

        _hosts[host] = true;
    }

    public bool Contains(string host) => _hosts.ContainsKey(host);
}
