using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Egress.Connecting;

/// <summary>
/// The system's resolver. The platform's asynchronous lookups block a pool thread each for as long as a name server is
/// silent, so a few dead names could starve everything else; here each name has at most one lookup under way, on a
/// thread of its own, and there is a limit to those threads.
/// </summary>
/// <param name="lookUp">Blocks until the system has an answer; <see cref="Dns.GetHostAddresses(string)"/>.</param>
internal sealed class DnsResolver(Func<string, IPAddress[]> lookUp) : INameResolver, IDisposable
{
    private const int MaxLookups = 128;

    private readonly ConcurrentDictionary<string, Lazy<Task<NameAnswer>>> _underWay = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim _slots = new(MaxLookups);

    public async ValueTask<NameAnswer> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        var lookup = _underWay.GetOrAdd(host, static (name, self) => new(() => self.LookUpAsync(name)), this);
        return await lookup.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _slots.Dispose();

    private async Task<NameAnswer> LookUpAsync(string host)
    {
        await _slots.WaitAsync().ConfigureAwait(false);
        try
        {
            return await Task.Factory
                .StartNew(() => LookUp(host), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .ConfigureAwait(false);
        }
        finally
        {
            _underWay.TryRemove(host, out _);
            _slots.Release();
        }
    }

    private NameAnswer LookUp(string host)
    {
        try
        {
            var addresses = lookUp(host);
            return addresses.Length > 0 ? new NameAnswer(addresses) : new NameAnswer([], "has no address");
        }
        catch (SocketException exception)
        {
            return new NameAnswer([], exception.SocketErrorCode switch
            {
                SocketError.HostNotFound => "does not exist",
                SocketError.NoData => "has no address",
                SocketError.TryAgain => "could not be resolved: its name servers did not answer",
                _ => "could not be resolved",
            });
        }
        catch (ArgumentException)
        {
            return new NameAnswer([], "is not a name that can be resolved");
        }
    }
}
