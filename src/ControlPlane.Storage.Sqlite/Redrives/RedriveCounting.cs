namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// Counts what matches at the revision of its first read. Later reads see later states, but a row that changed meanwhile carries
/// a later revision and is left out, as it will be by the redrive.
/// </summary>
internal sealed class RedriveCounting
{
    private const int LookAtMost = 20_000;
    private readonly DeliverySelection _selection;
    private readonly int _most;
    private long _position;

    private RedriveCounting(DeliverySelection selection, RedriveScope scope, int most) =>
        (_selection, Scope, _most) = (selection, scope, most);

    public RedriveScope Scope { get; private set; }

    public bool Finished => _position >= Scope.End;

    public static void Validate(DeliverySelection selection)
    {
        if (selection.States.Count == 0
            || selection.States.Any(state => state is not (DeliveryState.Succeeded or DeliveryState.Dead or DeliveryState.Cancelled)))
        {
            throw new ArgumentException("Only deliveries that have ended can be redriven.", nameof(selection));
        }
    }

    /// <summary>Takes the moment down; null if the tenant does not exist.</summary>
    public static RedriveCounting? TryStart(Connection connection, DeliverySelection selection, int most = RedriveScope.Most)
    {
        if (selection.TenantId is { } tenant && TenantRows.FindConfig(connection, tenant) is null)
        {
            return null;
        }

        var counters = Counters.Load(connection);
        return new RedriveCounting(selection, new RedriveScope(0, counters.Revision, counters.DeliverySeq + 1), most);
    }

    /// <summary>Counts on; answers how many were found.</summary>
    public int GoOn(Connection connection)
    {
        var room = _most - Scope.Count;
        var stretch = RedriveWalk.Read(connection, _selection, Scope, _position, room, LookAtMost);
        _position = stretch.Next;
        Scope = Scope with { Count = Scope.Count + stretch.Found.Count };
        if (stretch.Found.Count == room)
        {
            Scope = Scope with { End = _position };
        }

        return stretch.Found.Count;
    }
}
