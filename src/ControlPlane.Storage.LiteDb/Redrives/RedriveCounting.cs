namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// Counts what matches at the revision of its first read. Later reads see later states, but a delivery that changed meanwhile carries
/// a later revision and is left out, as it will be by the redrive.
/// </summary>
internal sealed class RedriveCounting
{
    private readonly DeliveryFilter _filter;
    private readonly int _most;
    private long _position;

    private RedriveCounting(DeliveryFilter filter, RedriveScope scope, int most) => (_filter, Scope, _most) = (filter, scope, most);

    public RedriveScope Scope { get; private set; }

    public bool Finished => _position >= Scope.End;

    /// <summary>Takes the moment down; null if the tenant does not exist.</summary>
    public static RedriveCounting? TryStart(DocumentStore documents, DeliveryFilter filter, int most = RedriveScope.Most)
    {
        if (filter.TenantId is { } tenant && TenantRef.FindLive(documents, tenant) is null)
        {
            return null;
        }

        var counters = Counters.Load(documents);
        return new RedriveCounting(filter, new RedriveScope(0, counters.Revision, counters.DeliverySeq + 1), most);
    }

    /// <summary>Counts on; returns how many were found.</summary>
    public int GoOn(DocumentStore documents)
    {
        var room = _most - Scope.Count;
        var stretch = RedriveWalk.Read(documents, _filter, Scope, _position, room, ReadBounds.LookAtMost);
        _position = stretch.Next;
        Scope = Scope with { Count = Scope.Count + stretch.Found.Count };
        if (stretch.Found.Count == room)
        {
            Scope = Scope with { End = _position };
        }

        return stretch.Found.Count;
    }
}
