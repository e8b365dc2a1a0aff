using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Dispatching;

/// <summary>
/// Who may send next. Tenants take turns, within a tenant its lanes do, and each turn is one request; neither the process nor a
/// tenant has more requests under way than it may have.
/// </summary>
internal sealed class Turns(IOptions<DispatchingOptions> options)
{
    private readonly Lock _lock = new();
    private readonly Queue<TenantPlaces> _turns = [];
    private Action<Lane>? _start;
    private int _inFlight;

    /// <summary>Requests under way, over all tenants.</summary>
    public int InFlight
    {
        get
        {
            lock (_lock)
            {
                return _inFlight;
            }
        }
    }

    /// <summary>Begins to give turns. Each call of <paramref name="start"/> must be followed by one of <see cref="Ended"/>.</summary>
    public void Open(Action<Lane> start)
    {
        lock (_lock)
        {
            _start = start;
        }

        Advance();
    }

    /// <summary>Gives no more turns.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _start = null;
        }
    }

    /// <summary>The lane has something to start.</summary>
    public void Enlist(Lane lane)
    {
        lock (_lock)
        {
            lane.Share.Ready.Enqueue(lane);
            StandInLine(lane.Share);
        }

        Advance();
    }

    /// <summary>A turn of the lane is over.</summary>
    public void Ended(Lane lane)
    {
        lock (_lock)
        {
            _inFlight--;
            lane.Share.InFlight--;
            StandInLine(lane.Share);
        }

        Advance();
    }

    private void Advance()
    {
        while (TryTake(out var lane, out var start))
        {
            start(lane);
        }
    }

    private bool TryTake([NotNullWhen(true)] out Lane? lane, [NotNullWhen(true)] out Action<Lane>? start)
    {
        lock (_lock)
        {
            (lane, start) = (null, _start);
            if (start is null || _inFlight >= options.Value.MaxInFlight || !_turns.TryDequeue(out var share))
            {
                return false;
            }

            share.InLine = false;
            lane = share.Ready.Dequeue();
            share.InFlight++;
            _inFlight++;
            StandInLine(share);
            return true;
        }
    }

    /// <summary>Puts the tenant at the end of the line if it has a lane to start and may have one more request under way.</summary>
    private void StandInLine(TenantPlaces share)
    {
        if (!share.InLine && share.Ready.Count > 0 && share.InFlight < options.Value.MaxInFlightPerTenant)
        {
            share.InLine = true;
            _turns.Enqueue(share);
        }
    }
}
