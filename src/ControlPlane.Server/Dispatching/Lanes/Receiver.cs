namespace ControlPlane.Server.Dispatching;

/// <summary>
/// What is known of one host of one tenant. Webhooks of the tenant with the same host share it, and it outlives them, so that making
/// a webhook again forgets nothing. A webhook that was answered is judged by its own requests instead. All but <see cref="Silent"/> is guarded by the lock of <see cref="Turns"/>.
/// </summary>
internal sealed class Receiver
{
    /// <summary>Requests in flight to a host that has not answered yet, over all its webhooks.</summary>
    private const int UnknownLimit = 8;

    private volatile bool _silent;
    private bool _answered;

    /// <summary>A request waited in vain for an answer, and none came since.</summary>
    public bool Silent => _silent;

    /// <summary>The last that is known of it is an answer.</summary>
    public bool Answers => _answered && !_silent;

    public int InFlight { get; set; }

    /// <summary>Lanes whose turn came while the host had as many requests as it may.</summary>
    public Queue<Lane> Parked { get; } = [];

    /// <summary>The timestamp of the last answer.</summary>
    public long AnsweredAt { get; private set; } = long.MinValue;

    /// <summary>The timestamp of the last use.</summary>
    public long UsedAt { get; set; }

    public bool HasRoom => InFlight < (_silent ? 1 : _answered ? int.MaxValue : UnknownLimit);

    public void Answered(long now)
    {
        (_silent, _answered, AnsweredAt) = (false, true, now);
    }

    public void FallSilent() => _silent = true;
}
