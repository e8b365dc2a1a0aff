namespace ControlPlane.Server.Filtering;

/// <summary>A part of an expression, ready to be evaluated.</summary>
internal delegate Value Node(Evaluation evaluation);

/// <summary>One evaluation of an expression, and what it may cost.</summary>
internal sealed class Evaluation(FilterInput input, int variables, FilterBudget budget)
{
    /// <summary>Steps that one evaluation may take: a node is one, and whatever walks a text or a list takes more.</summary>
    public const int MostSteps = 20_000;

    private readonly Value[] _variables = new Value[variables];
    private int _steps = Math.Min(MostSteps, budget.Left);

    public FilterInput Input => input;

    /// <summary>What macros bind, by slot.</summary>
    public Value[] Variables => _variables;

    /// <summary>Whether it took more than it may; then whatever it came to does not count.</summary>
    public bool IsSpent => _steps < 0;

    /// <summary>Takes steps; false if there are none left.</summary>
    public bool Take(int steps = 1)
    {
        if (_steps >= 0)
        {
            _steps -= steps;
            budget.Take(steps);
        }

        return _steps >= 0;
    }

    /// <summary>Takes the steps of walking a text.</summary>
    public bool TakeText(int length) => Take(1 + (length / 16));
}

/// <summary>The steps that the filters of one call may take together.</summary>
internal sealed class FilterBudget(int steps = FilterBudget.MostSteps)
{
    public const int MostSteps = 10_000_000;

    public int Left { get; private set; } = steps;

    public bool IsSpent => Left <= 0;

    public void Take(int steps) => Left = Math.Max(0, Left - steps);
}
