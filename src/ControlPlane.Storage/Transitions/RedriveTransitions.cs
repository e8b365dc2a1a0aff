namespace ControlPlane.Storage.Transitions;

/// <summary>The arithmetic of redrives.</summary>
public static class RedriveTransitions
{
    /// <summary>Checks that a redrive can take what the filter means.</summary>
    /// <exception cref="ArgumentException">The filter names no states, or one that is no end.</exception>
    public static void Validate(DeliveryFilter filter)
    {
        if (filter.States.Count == 0
            || filter.States.Any(state => state is not (DeliveryState.Succeeded or DeliveryState.Dead or DeliveryState.Cancelled)))
        {
            throw new ArgumentException("Only deliveries that have ended can be redriven.", nameof(filter));
        }
    }

    /// <summary>Returns a redrive after a step.</summary>
    /// <param name="redrive">The redrive before.</param>
    /// <param name="found">How many deliveries the step found that belong to it.</param>
    /// <param name="retried">How many of them it set going.</param>
    /// <param name="finished">Whether nothing is left.</param>
    /// <param name="now">The engine's time.</param>
    public static RedriveRecord Advance(RedriveRecord redrive, int found, int retried, bool finished, DateTimeOffset now)
    {
        redrive = redrive with
        {
            Retried = redrive.Retried + retried,
            Skipped = redrive.Skipped + found - retried,
            UpdateTime = now,
        };
        // What was counted but not found has changed since: somebody else retried it.
        return finished ? redrive with { State = RedriveState.Done, Skipped = redrive.Matched - redrive.Retried } : redrive;
    }

    /// <summary>Returns a redrive after it was cancelled.</summary>
    public static RedriveRecord Cancel(RedriveRecord redrive, DateTimeOffset now) =>
        redrive with { State = RedriveState.Cancelled, UpdateTime = now };
}
