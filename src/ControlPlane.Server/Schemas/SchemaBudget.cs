namespace ControlPlane.Server.Schemas;

/// <summary>How much judging payloads may still cost in one call.</summary>
internal sealed class SchemaBudget
{
    /// <summary>About the keywords that a batch of 1,000 events meets which have 200 each.</summary>
    public const int MostSteps = 200_000;
    private int _left = MostSteps;

    public bool IsSpent => _left <= 0;

    /// <exception cref="SchemaBudgetSpentException">It is spent.</exception>
    public void Charge(long steps)
    {
        _left = (int)Math.Max(0, _left - steps);
        if (IsSpent)
        {
            throw new SchemaBudgetSpentException();
        }
    }
}

/// <summary>Ends the judging of a payload.</summary>
internal sealed class SchemaBudgetSpentException : Exception;
