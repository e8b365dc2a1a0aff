namespace ControlPlane.Server.Dispatching;

/// <summary>One request that a lane may send.</summary>
internal sealed class Turn(Lane lane, Receiver receiver, TenantTurns tenant, long startedAt) : IDisposable
{
    private readonly CancellationTokenSource _givingWay = new();
    private readonly Lock _lock = new();
    private bool _over;

    public Lane Lane => lane;

    public TenantTurns Tenant => tenant;

    /// <summary>The receiver as the lane had it when the turn began.</summary>
    public Receiver Receiver => receiver;

    public long StartedAt => startedAt;

    /// <summary>When the request was written to a connection; null before that.</summary>
    public long? WrittenAt { get; set; }

    /// <summary>Its place among the tenant's requests in flight.</summary>
    public LinkedListNode<Turn>? Node { get; set; }

    /// <summary>It is known how the request ended; what is left is to record it.</summary>
    public bool Heard { get; set; }

    /// <summary>It was looked at for having no answer.</summary>
    public bool Judged { get; set; }

    /// <summary>The request is to end without an answer, because others have less than their share.</summary>
    public bool GivesWay { get; set; }

    /// <summary>Cancelled when the request is to end.</summary>
    public CancellationToken GivingWay => _givingWay.Token;

    /// <summary>Whether it has waited for an answer for long, or for a connection for longer.</summary>
    public bool IsOld(TimeProvider clock) => WrittenAt is { } written
        ? clock.GetElapsedTime(written) >= Turns.SilentAfter
        : clock.GetElapsedTime(startedAt) >= Turns.UnwrittenAfter;

    /// <summary>Ends the request. Whoever waits for it goes on elsewhere.</summary>
    public void GiveWay()
    {
        lock (_lock)
        {
            if (!_over)
            {
                _ = _givingWay.CancelAsync();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _over = true;
        }

        _givingWay.Dispose();
    }
}
