using ControlPlane.Server.Watching;
using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Watching;

public sealed class ChangeRingTests
{
    private readonly ChangeRing _ring = new(16);

    [Fact]
    public void TryRead_BeforeAnyReset_IsRefused() => Assert.Null(Read(0));

    [Fact]
    public void TryRead_Complete_GivesWhatWasAppendedSince()
    {
        _ring.Complete(10);
        Append(11, 13);
        Assert.Equal([11, 12, 13], Read(10)!);
        Assert.Equal([13], Read(12)!);
        Assert.Empty(Read(13)!);
        Assert.Null(Read(9));
    }

    [Fact]
    public void TryRead_AppendedBeforeItIsKnownSinceWhen_IsThere()
    {
        Append(11, 13);
        Assert.Null(Read(10));
        _ring.Complete(10);
        Assert.Equal([11, 12, 13], Read(10)!);
    }

    [Fact]
    public void TryRead_Limit_CutsShort()
    {
        _ring.Complete(0);
        Append(1, 10);
        Assert.Equal([1, 2, 3], Read(0, limit: 3)!);
        Assert.Equal([4, 5, 6], Read(3, limit: 3)!);
    }

    [Fact]
    public void TryRead_FallenOffTheEnd_IsRefused()
    {
        _ring.Complete(0);
        Append(1, 20);
        Assert.Null(Read(3));
        Assert.Equal(Enumerable.Range(5, 16).Select(r => (long)r), Read(4)!);
    }

    [Fact]
    public void TryRead_EveryPosition_IsWholeOrRefused()
    {
        _ring.Complete(0);
        for (var head = 1; head <= 60; head++)
        {
            Append(head, head);
            for (var after = 0; after <= head; after++)
            {
                var read = Read(after);
                Assert.Equal(after >= head - 16, read is not null);
                Assert.True(read is null || read.SequenceEqual(Enumerable.Range(after + 1, head - after).Select(r => (long)r)));
            }
        }
    }

    [Fact]
    public void Append_MoreThanFitAtOnce_KeepsTheLast()
    {
        _ring.Complete(0);
        Append(1, 100);
        Assert.Null(Read(83));
        Assert.Equal(16, Read(84)!.Count);
    }

    [Fact]
    public void Changed_CompletesWithTheNextAppendOnly()
    {
        _ring.Complete(0);
        Assert.True(_ring.TryRead(0, 10, [], out var changed));
        Assert.False(changed.IsCompleted);
        Append(1, 1);
        Assert.True(changed.IsCompleted);
        Assert.False(_ring.TryRead(-1, 10, [], out var next));
        Assert.False(next.IsCompleted);
    }

    private void Append(int from, int to) =>
        _ring.Append([.. Enumerable.Range(from, to - from + 1).Select(r => Records.Delivery($"dlv_{r}", r))]);

    private List<long>? Read(long after, int limit = 100)
    {
        List<DeliveryRecord> read = [];
        return _ring.TryRead(after, limit, read, out _) ? [.. read.Select(d => d.Revision)] : null;
    }
}
