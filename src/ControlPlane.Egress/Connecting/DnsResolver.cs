using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Egress.Connecting;

/// <summary>
/// The system's resolver. The platform's asynchronous lookups block a pool thread each for as long as a name server is
/// silent, so a few dead names could starve everything else; here each name has at most one lookup under way, on a
/// thread of its own, and there is a limit to those threads, over all and for each owner.
/// </summary>
/// <param name="lookUp">Blocks until the system has an answer; <see cref="Dns.GetHostAddresses(string)"/>.</param>
/// <param name="clock">Measures how long names without an answer are remembered.</param>
internal sealed class DnsResolver(Func<string, IPAddress[]> lookUp, TimeProvider clock) : INameResolver
{
    /// <summary>Lookups at once.</summary>
    public const int MaxLookups = 128;

    /// <summary>Of those, one owner's.</summary>
    public const int MaxLookupsPerOwner = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Lookup> _underWay = new(StringComparer.OrdinalIgnoreCase);
    private readonly UnansweredNames _unanswered = new(clock);
    private readonly TenantGate _turns = new(MaxLookups, MaxLookupsPerOwner);

    public async ValueTask<NameAnswer> ResolveAsync(string host, string owner, CancellationToken cancellationToken)
    {
        if (_unanswered.Find(host) is { } known)
        {
            return known;
        }

        Lookup? lookup;
        lock (_lock)
        {
            if (!_underWay.TryGetValue(host, out lookup))
            {
                _underWay[host] = lookup = new Lookup(host);
                lookup.Answer = LookUpAsync(lookup, owner);
            }

            lookup.Waiting++;
        }

        try
        {
            return await lookup.Answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Leave(lookup);
        }
    }

    private void Leave(Lookup lookup)
    {
        lock (_lock)
        {
            if (--lookup.Waiting > 0 || lookup.HasBegun || !Forget(lookup))
            {
                return;
            }
        }

        lookup.Abandoned.Cancel();
    }

    private async Task<NameAnswer> LookUpAsync(Lookup lookup, string owner)
    {
        // Whoever asks holds the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            using var turn = await _turns.EnterAsync(owner, lookup.Abandoned.Token).ConfigureAwait(false);
            lock (_lock)
            {
                // Whoever asked may have left before the turn was asked for: a gate with room does not look at the token.
                if (lookup.Waiting == 0)
                {
                    throw new OperationCanceledException();
                }

                lookup.HasBegun = true;
            }

            var answer = await Task.Factory
                .StartNew(() => LookUp(lookup.Host), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .ConfigureAwait(false);
            return answer;
        }
        finally
        {
            lock (_lock)
            {
                Forget(lookup);
            }
        }
    }

    private bool Forget(Lookup lookup) =>
        _underWay.TryGetValue(lookup.Host, out var held) && held == lookup && _underWay.Remove(lookup.Host);

    private NameAnswer LookUp(string host)
    {
        try
        {
            var addresses = lookUp(host);
            return addresses.Length > 0 ? new NameAnswer(addresses) : _unanswered.Add(host, "has no address", isSilent: false);
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode switch
            {
                SocketError.HostNotFound => _unanswered.Add(host, "does not exist", isSilent: false),
                SocketError.NoData => _unanswered.Add(host, "has no address", isSilent: false),
                SocketError.TryAgain => _unanswered.Add(host, "could not be resolved: its name servers did not answer", isSilent: true),
                _ => new NameAnswer([], "could not be resolved"),
            };
        }
        catch (ArgumentException)
        {
            return new NameAnswer([], "is not a name that can be resolved");
        }
    }

    private sealed class Lookup(string host)
    {
        public string Host => host;

        public CancellationTokenSource Abandoned { get; } = new();

        public Task<NameAnswer> Answer { get; set; } = null!;

        public int Waiting { get; set; }

        public bool HasBegun { get; set; }
    }
}
