namespace ControlPlane.Storage.Postgres;

/// <summary>A delivery that stands at the front of its line.</summary>
internal readonly record struct LineMember(long Seq, string Id, DeliveryState State, DateTimeOffset? Due, bool Blocked);

/// <summary>The front of a line as it was when it was locked: who is leased, and the first ones of those that are ready.</summary>
internal sealed class LineFront
{
    public List<LineMember> Members { get; } = [];

    /// <summary>
    /// Lets the one go whose turn it is after a delivery of the line changed, was added, or is about to be claimed. Returns whether that
    /// one must be blocked, and otherwise when the next one is due.
    /// </summary>
    /// <param name="unit">Where it is stored.</param>
    /// <param name="changed">The delivery as it becomes.</param>
    /// <param name="seq">Its number; the largest there is for one that is yet to get one.</param>
    /// <param name="headOfLine">The webhook's choice.</param>
    public (bool Blocked, DateTimeOffset? Next) Advance(Unit unit, DeliveryRecord changed, long seq, HeadOfLine headOfLine)
    {
        var waits = changed.NextAttemptTime is not null && !Transitions.OrderingRules.StepsAside(changed, headOfLine, unit.Now);
        var others = Members.Where(member => member.Seq != seq).ToList();
        if (changed.State == DeliveryState.InFlight || others.Any(member => member.State == DeliveryState.InFlight))
        {
            return (waits && changed.State != DeliveryState.InFlight, null);
        }

        if (others.Count == 0)
        {
            return (false, null);
        }

        var first = others.MinBy(member => member.Seq);
        if (waits && seq < first.Seq)
        {
            return (false, null);
        }

        if (first.Blocked)
        {
            unit.Blocked[first.Seq] = false;
        }

        return (waits, first.Due);
    }

    /// <summary>Returns the other one that a waiting delivery has to let go first; null if there is none.</summary>
    public long? FindAhead(long seq)
    {
        var leased = Members.FindIndex(member => member.State == DeliveryState.InFlight);
        long? first = leased >= 0 ? Members[leased].Seq : Members.Count > 0 ? Members.Min(member => member.Seq) : null;
        return first == seq ? null : first;
    }

    /// <summary>Notes what a delivery that was added or claimed means to those after it.</summary>
    public void Note(DeliveryRecord delivery, long seq) =>
        Members.Add(new LineMember(seq, delivery.Id, delivery.State, delivery.NextAttemptTime, Blocked: false));
}
