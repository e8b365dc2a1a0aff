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

    /// <summary>Checks that a redrive or replay can take what its filter means.</summary>
    /// <exception cref="ArgumentException">A redrive names no states, or one that is no end; a replay names states or an event, or no tenant or
    /// webhook.</exception>
    public static void Validate(RedriveRecord redrive)
    {
        if (redrive.Replay is null)
        {
            Validate(redrive.Filter);
        }
        else
        {
            ValidateEvents(redrive.Filter);
        }
    }

    /// <summary>Checks that a walk reads what its filter means.</summary>
    /// <exception cref="ArgumentException">The filter names states or an event, or no tenant or webhook.</exception>
    public static void Validate(EventWalk walk) => ValidateEvents(walk.Filter);

    /// <summary>Returns whether a redrive can go on by retrying deliveries.</summary>
    public static bool CanRetry(RedriveRecord redrive) => redrive is { State: RedriveState.Running, Replay: null };

    /// <summary>Returns whether a replay can go on with a step that begins where it is.</summary>
    public static bool CanReplay(RedriveRecord redrive, long position, ReplayStep step) =>
        redrive is { State: RedriveState.Running, Replay: not null } && position == step.From;

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
        // What was counted but not found has changed since: somebody else retried it. A webhook that was changed since can want more events
        // than were counted for its replay.
        return finished ? redrive with { State = RedriveState.Done, Skipped = Math.Max(0, redrive.Matched - redrive.Retried) } : redrive;
    }

    /// <summary>Returns a redrive after it was cancelled.</summary>
    public static RedriveRecord Cancel(RedriveRecord redrive, DateTimeOffset now) =>
        redrive with { State = RedriveState.Cancelled, UpdateTime = now };

    private static void ValidateEvents(DeliveryFilter filter)
    {
        if (filter is not { TenantId: not null, WebhookId: not null, EventId: null, States.Count: 0 })
        {
            throw new ArgumentException("A replay is of one tenant's events to one webhook.", nameof(filter));
        }
    }
}
