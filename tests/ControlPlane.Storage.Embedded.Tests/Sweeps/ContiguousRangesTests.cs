namespace ControlPlane.Storage.Embedded.Tests;

/// <summary>Removing rows run by run.</summary>
public sealed class ContiguousRangesTests
{
    [Fact]
    public void Remove_NumbersWithGaps_EachRunIsOneRemoval()
    {
        var runs = new List<long[]>();

        var removed = ContiguousRanges.Remove([1L, 2, 3, 7, 9, 10], row => row, (_, _) => false, run => Take(runs, run));

        Assert.Equal(6, removed);
        Assert.Equal([[1, 2, 3], [7], [9, 10]], runs);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Remove_SomeMustStay_AllOthersGo(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var rows = Enumerable.Range(0, 60).Where(_ => random.Next(10) > 0).Select(number => (long)number).ToList();
            var staying = rows.Where(_ => random.Next(8) == 0).ToHashSet();
            var runs = new List<long[]>();

            var removed = ContiguousRanges.Remove(rows, row => row, (first, last) => staying.Any(row => row >= first && row <= last), run => Take(runs, run));

            Assert.Equal(rows.Count - staying.Count, removed);
            Assert.Equal(rows.Where(row => !staying.Contains(row)), runs.SelectMany(run => run));
        }
    }

    [Fact]
    public void Remove_Nothing_AsksNothing() =>
        Assert.Equal(0, ContiguousRanges.Remove<long>([], row => row, (_, _) => throw new InvalidOperationException(), _ => throw new InvalidOperationException()));

    private static int Take(List<long[]> runs, ArraySegment<long> run)
    {
        runs.Add([.. run]);
        return run.Count;
    }
}
