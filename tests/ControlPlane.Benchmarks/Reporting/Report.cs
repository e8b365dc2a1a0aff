namespace ControlPlane.Benchmarks.Reporting;

/// <summary>Everything a run has found.</summary>
internal sealed class Report
{
    private readonly List<Figure> _figures = [];
    private readonly List<Note> _notes = [];

    public IReadOnlyList<Figure> Figures => _figures;

    /// <summary>What has to be known to read the figures: sizes, receivers, warm-up.</summary>
    public IReadOnlyList<Note> Notes => _notes;

    public void Note(string mode, string text)
    {
        var note = new Note(mode, text);
        if (!_notes.Contains(note))
        {
            _notes.Add(note);
        }
    }

    public void Add(string mode, string name, string unit, params IEnumerable<double> values) =>
        _figures.Add(new Figure(mode, name, unit, [.. values]));

    /// <summary>Adds p50, p90, p99 and the maximum, each with one value per round.</summary>
    public void AddPercentiles(string mode, string name, string unit, IReadOnlyList<Percentiles> rounds)
    {
        Add(mode, $"{name} p50", unit, rounds.Select(round => round.At(0.50)));
        Add(mode, $"{name} p90", unit, rounds.Select(round => round.At(0.90)));
        Add(mode, $"{name} p99", unit, rounds.Select(round => round.At(0.99)));
        Add(mode, $"{name} max", unit, rounds.Select(round => round.Maximum));
    }
}

/// <param name="Mode">The mode it belongs to.</param>
/// <param name="Text">One line.</param>
internal sealed record Note(string Mode, string Text);
