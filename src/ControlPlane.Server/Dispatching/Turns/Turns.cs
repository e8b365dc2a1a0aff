using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Dispatching;

/// <summary>
/// Who may send next. Tenants take turns, within a tenant its lanes do, and each turn is one request. The requests in flight are shared
/// fairly. When the reserve runs low or others wait, the tenant that has the most and more than its part ends the request that has
/// waited longest for an answer; so does one that has its part, for its own lanes whose receivers are well.
/// </summary>
internal sealed class Turns(IOptions<DispatchingOptions> options, TimeProvider clock)
{
    /// <summary>How long a request goes without an answer, once it was written, before it counts as unanswered.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(1);

    /// <summary>How long it may take until it is written. A connection is not only the receiver's doing: thousands of first TLS handshakes at once
    /// take this machine seconds.</summary>
    public static readonly TimeSpan UnwrittenAfter = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, TenantTurns> _tenants = new(StringComparer.Ordinal);
    private readonly Queue<TenantTurns> _line = [];
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private int _inFlight;
    private bool _closed;

    /// <summary>Requests in flight, over all tenants.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    private int Limit => options.Value.MaxInFlight;

    private int Part => FairShare.Part(Limit, _tenants.Count);

    /// <summary>Gives no more turns.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
        }
    }

    /// <summary>The lane has something to send.</summary>
    public void Enlist(Lane lane)
    {
        lock (_lock)
        {
            Enlist(TenantOf(lane.TenantId), lane);
        }

        _news.Writer.TryWrite(true);
    }

    /// <summary>Completes when there may be a turn to take.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _news.Reader.ReadAsync(cancellationToken);

    /// <summary>Takes the next turn. It is to be ended by <see cref="End"/>.</summary>
    public bool TryTake([NotNullWhen(true)] out Turn? turn)
    {
        List<Turn>? givingWay = null;
        lock (_lock)
        {
            turn = null;
            var most = _inFlight >= FairShare.Open(Limit) ? _tenants.Values.MaxBy(tenant => tenant.InFlight.Count) : null;
            var contended = _inFlight > FairShare.Scarce(Limit);
            for (var left = _closed ? 0 : _line.Count; left > 0 && turn is null; left--)
            {
                var tenant = _line.Dequeue();
                turn = Take(tenant);
                tenant.InLine = tenant.HasWork;
                if (tenant.InLine)
                {
                    _line.Enqueue(tenant);
                }

                if (turn is null && tenant.HasReady)
                {
                    contended |= tenant != most;
                    if (tenant.InFlight.Count >= Part)
                    {
                        // Within a tenant a slow receiver that answers is as good as the others.
                        EndOne(tenant, silentOnly: true, ref givingWay);
                    }
                }
            }

            if (contended && most is not null && most.InFlight.Count > Part)
            {
                EndOne(most, silentOnly: false, ref givingWay);
            }
        }

        foreach (var victim in givingWay ?? [])
        {
            victim.GiveWay();
        }

        return turn is not null;
    }

    /// <summary>There is a connection, and the request is written to it: from here on it is the receiver who is waited for.</summary>
    public void NoteWritten(Turn turn)
    {
        lock (_lock)
        {
            turn.WrittenAt ??= clock.GetTimestamp();
        }
    }

    /// <summary>It is known how the request ended. With an answer its receiver is no longer silent, after its timeout it is.</summary>
    public void Hear(Turn turn, bool answered, bool timedOut)
    {
        lock (_lock)
        {
            turn.Heard = true;
            var now = clock.GetTimestamp();
            if (answered)
            {
                turn.Receiver.Answered(now);
                turn.Lane.AnsweredAt = now;
            }
            else if (timedOut && turn.Receiver.AnsweredAt < turn.StartedAt)
            {
                turn.Receiver.FallSilent();
            }
        }
    }

    /// <summary>The turn is over.</summary>
    public void End(Turn turn)
    {
        lock (_lock)
        {
            _inFlight--;
            turn.Tenant.InFlight.Remove(turn.Node!);
            var receiver = turn.Receiver;
            receiver.InFlight--;
            while (receiver.HasRoom && receiver.Parked.TryDequeue(out var lane))
            {
                Enlist(turn.Tenant, lane);
                if (!receiver.Answers)
                {
                    // Room for one, as far as is known.
                    break;
                }
            }

            if (!turn.Tenant.Active)
            {
                _tenants.Remove(turn.Lane.TenantId);
            }
        }

        turn.Dispose();
        _news.Writer.TryWrite(true);
    }

    /// <summary>The lanes that have gone without an answer since a request of theirs that is still in flight began.</summary>
    public IReadOnlyList<Lane> FindSilent()
    {
        List<Lane> silent = [];
        lock (_lock)
        {
            foreach (var turn in _tenants.Values.SelectMany(Old).Where(turn => !turn.Judged))
            {
                turn.Judged = true;
                if (turn.Receiver.AnsweredAt < turn.StartedAt)
                {
                    turn.Receiver.FallSilent();
                }

                if (turn.Lane.AnsweredAt < turn.StartedAt)
                {
                    silent.Add(turn.Lane);
                }
            }
        }

        // What has become old can give way.
        _news.Writer.TryWrite(true);
        return silent;
    }

    private void Enlist(TenantTurns tenant, Lane lane)
    {
        tenant.Enlist(lane);
        if (!tenant.InLine)
        {
            tenant.InLine = true;
            _line.Enqueue(tenant);
        }
    }

    private Turn? Take(TenantTurns tenant)
    {
        if (!FairShare.Allows(Limit, _inFlight, _tenants.Count, tenant.InFlight.Count))
        {
            return null;
        }

        while (tenant.TryNext(out var lane))
        {
            var receiver = lane.Receiver;
            if (!lane.Known && !receiver.HasRoom)
            {
                receiver.Parked.Enqueue(lane);
                continue;
            }

            _inFlight++;
            receiver.InFlight++;
            var turn = new Turn(lane, receiver, tenant, clock.GetTimestamp());
            turn.Node = tenant.InFlight.AddLast(turn);
            return turn;
        }

        return null;
    }

    /// <summary>Ends the request of the tenant that has waited longest for an answer, unless one is ending already.</summary>
    private void EndOne(TenantTurns tenant, bool silentOnly, ref List<Turn>? givingWay)
    {
        List<Turn> old = [.. Old(tenant)];
        var victim = old.Find(turn => turn.Lane.AnsweredAt < turn.StartedAt) ?? (silentOnly ? null : old.FirstOrDefault());
        if (victim is not null && !old.Exists(turn => turn.GivesWay))
        {
            victim.GivesWay = true;
            (givingWay ??= []).Add(victim);
        }
    }

    /// <summary>Requests that have waited for an answer for long, the one that was begun first before the others.</summary>
    private IEnumerable<Turn> Old(TenantTurns tenant) =>
        tenant.InFlight.TakeWhile(turn => clock.GetElapsedTime(turn.StartedAt) >= SilentAfter).Where(turn => !turn.Heard && turn.IsOld(clock));

    private TenantTurns TenantOf(string tenantId)
    {
        if (!_tenants.TryGetValue(tenantId, out var tenant))
        {
            _tenants[tenantId] = tenant = new();
        }

        return tenant;
    }
}
