using System.Net;

namespace ControlPlane.Egress.Connecting;

/// <summary>
/// Knows which address a request went to, reused connections included, or says that it does not know. The handler never
/// tells which connection of its pool served a request; but if every connection to that host that was open at any time
/// during the request went to one address, so did the request. That holds for HTTP/1.1 and HTTP/2 alike and is almost
/// always so; where it is not, the answer is null and never a guess.
/// </summary>
internal sealed class RemoteAddressLedger(TimeProvider time)
{
    /// <summary>Longer than any attempt may last, so that no entry is forgotten while a request could have used it.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Host, int Port), Dictionary<IPAddress, Usage>> _hosts = [];
    private readonly Queue<(string Host, int Port, IPAddress Address, long ClosedAt)> _closed = new();

    /// <summary>Hosts remembered; bounded by the connections open now or closed within the memory.</summary>
    public int HostCount
    {
        get
        {
            lock (_lock)
            {
                return _hosts.Count;
            }
        }
    }

    /// <param name="url">Of the request.</param>
    /// <param name="since"><see cref="TimeProvider.GetTimestamp"/> from before the request was sent.</param>
    public IPAddress? Find(Uri url, long since)
    {
        lock (_lock)
        {
            if (!_hosts.TryGetValue((url.IdnHost, url.Port), out var addresses))
            {
                return null;
            }

            IPAddress? only = null;
            foreach (var (address, usage) in addresses)
            {
                if (usage.Open > 0 || usage.LastClosed >= since)
                {
                    if (only is not null)
                    {
                        return null;
                    }

                    only = address;
                }
            }

            return only;
        }
    }

    public void Opened(string host, int port, IPAddress address)
    {
        lock (_lock)
        {
            Forget();
            if (!_hosts.TryGetValue((host, port), out var addresses))
            {
                _hosts[(host, port)] = addresses = [];
            }

            var usage = addresses.GetValueOrDefault(address, new Usage(Open: 0, LastClosed: long.MinValue));
            addresses[address] = usage with { Open = usage.Open + 1 };
        }
    }

    public void Closed(string host, int port, IPAddress address)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var addresses = _hosts[(host, port)];
            addresses[address] = new Usage(addresses[address].Open - 1, now);
            _closed.Enqueue((host, port, address, now));
            Forget();
        }
    }

    private void Forget()
    {
        while (_closed.TryPeek(out var oldest) && time.GetElapsedTime(oldest.ClosedAt) > Memory)
        {
            _closed.Dequeue();
            if (!_hosts.TryGetValue((oldest.Host, oldest.Port), out var addresses)
                || !addresses.TryGetValue(oldest.Address, out var usage)
                || usage.Open > 0
                || usage.LastClosed != oldest.ClosedAt)
            {
                continue;
            }

            addresses.Remove(oldest.Address);
            if (addresses.Count == 0)
            {
                _hosts.Remove((oldest.Host, oldest.Port));
            }
        }
    }

    private readonly record struct Usage(int Open, long LastClosed);
}
