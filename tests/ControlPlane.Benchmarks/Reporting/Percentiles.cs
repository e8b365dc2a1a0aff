namespace ControlPlane.Benchmarks.Reporting;

/// <summary>Percentiles of values that were all kept, by nearest rank: no buckets, so nothing is rounded.</summary>
internal sealed class Percentiles
{
    private readonly double[] _sorted;

    public Percentiles(IEnumerable<double> values)
    {
        _sorted = [.. values];
        if (_sorted.Length == 0)
        {
            throw new BenchmarkException("Nothing was measured in a round; it may be too short.");
        }

        Array.Sort(_sorted);
    }

    public int Count => _sorted.Length;

    public double Maximum => _sorted[^1];

    /// <summary>The smallest value that is not exceeded by this share (above 0, at most 1) of all values.</summary>
    public double At(double share) => _sorted[Math.Clamp((int)Math.Ceiling(share * _sorted.Length) - 1, 0, _sorted.Length - 1)];

    /// <summary>The median of a few values; of an even number the mean of the middle two.</summary>
    public static double Middle(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
