using System.Diagnostics.CodeAnalysis;

namespace ControlPlane.Server.Dispatching;

/// <summary>The requests in flight of one tenant, and its lanes that wait for a turn. Guarded by the lock of <see cref="Turns"/>.</summary>
internal sealed class TenantTurns
{
    private readonly Queue<Lane> _ready = [];
    private readonly Queue<Lane> _probing = [];
    private bool _probed;

    /// <summary>Requests in flight, the longest first.</summary>
    public LinkedList<Turn> InFlight { get; } = [];

    /// <summary>Whether the tenant stands in the line.</summary>
    public bool InLine { get; set; }

    public bool HasWork => _ready.Count + _probing.Count > 0;

    /// <summary>Whether a lane waits whose receiver is not known to be silent.</summary>
    public bool HasReady => _ready.Count > 0;

    public bool Active => HasWork || InFlight.Count > 0;

    public void Enlist(Lane lane) => (lane.Silent ? _probing : _ready).Enqueue(lane);

    /// <summary>The lane whose turn it is. Those whose receivers are silent get every second turn at most.</summary>
    public bool TryNext([NotNullWhen(true)] out Lane? lane)
    {
        _probed = _probing.Count > 0 && (_ready.Count == 0 || !_probed);
        return (_probed ? _probing : _ready).TryDequeue(out lane);
    }
}
