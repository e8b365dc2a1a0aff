namespace ControlPlane.Server.Dispatching;

/// <summary>
/// What one tenant has of this process: places in memory, requests under way, and its lanes whose turn is to come. Bounded, so
/// that the receivers of one tenant can hold up no other.
/// </summary>
internal sealed class TenantPlaces
{
    private int _places;

    /// <summary>Lanes with something to start, in order. Guarded by the line's lock, like the next two.</summary>
    public Queue<Lane> Ready { get; } = [];

    /// <summary>Whether the tenant stands in the line.</summary>
    public bool InLine { get; set; }

    /// <summary>Requests under way.</summary>
    public int InFlight { get; set; }

    /// <summary>Takes a place in memory; false if the tenant has as many as it may have.</summary>
    public bool TryTakePlace(int limit)
    {
        if (Interlocked.Increment(ref _places) <= limit)
        {
            return true;
        }

        GiveBackPlace();
        return false;
    }

    public void GiveBackPlace() => Interlocked.Decrement(ref _places);
}
