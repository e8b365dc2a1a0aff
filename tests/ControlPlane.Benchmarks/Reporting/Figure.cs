namespace ControlPlane.Benchmarks.Reporting;

/// <summary>Something measured, once per round or per sample.</summary>
/// <param name="Mode">The mode that measured it.</param>
/// <param name="Name">What it is.</param>
/// <param name="Unit">In what: <c>ms</c>, <c>/s</c>, <c>MB</c>, <c>%</c>.</param>
/// <param name="Values">In the order of measuring; at least one.</param>
internal sealed record Figure(string Mode, string Name, string Unit, IReadOnlyList<double> Values)
{
    public double Minimum => Values.Min();

    public double Median => Percentiles.Middle(Values);

    public double Maximum => Values.Max();
}
