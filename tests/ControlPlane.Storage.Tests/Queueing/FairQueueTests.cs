namespace ControlPlane.Storage.Tests.Queueing;

/// <summary>Whose turn it is, by what each has used.</summary>
public sealed class FairQueueTests
{
    /// <summary>In milliseconds, which costs are in here.</summary>
    private static readonly int Credit = (int)FairQueue<string>.Credit.TotalMilliseconds;

    private readonly FairQueue<string> _queue = new();

    [Fact]
    public void TryTake_OneShare_InOrder()
    {
        Add("a", 3);
        Assert.Equal(["a0", "a1", "a2"], TakeAll());
        Assert.False(_queue.TryTake(out _));
    }

    [Fact]
    public void TryTake_SharesThatUseTheSame_TakeTurns()
    {
        Add("a", 3);
        Add("b", 2);
        Assert.Equal(["a0", "b0", "a1", "b1", "a2"], TakeAll());
    }

    [Fact]
    public void TryTake_OneUsesTenTimesAsMuch_GetsATenthOfTheTurns()
    {
        Add("large", 20);
        Add("small", 100);
        var taken = TakeAll(share => share == "large" ? 10 : 1);
        Assert.InRange(taken.Take(33).Count(item => item.StartsWith("large", StringComparison.Ordinal)), 3, 4);
    }

    [Fact]
    public void TryTake_LatecomerBesideSharesThatUsedMuch_GoesNextForAsLongAsItsCreditLasts()
    {
        Add("a", 100);
        Add("b", 100);
        for (var i = 0; i < 50; i++)
        {
            Take(_ => 10);
        }

        Add("late", 100);
        for (var used = 0; used < Credit; used++)
        {
            Assert.StartsWith("late", Take(_ => 1), StringComparison.Ordinal);
        }

        var next = Enumerable.Range(0, 9).Select(_ => Take(_ => 10)).ToList();
        Assert.InRange(next.Count(item => item.StartsWith("late", StringComparison.Ordinal)), 2, 4);
    }

    [Fact]
    public void TryTake_ShareThatUsesLessThanItMay_GoesNextAlsoInBursts()
    {
        for (var i = 0; i < 5; i++)
        {
            Add($"hostile{i}", 1_000);
        }

        for (var i = 0; i < 50; i++)
        {
            Take(_ => 10);
        }

        for (var burst = 0; burst < 50; burst++)
        {
            // A sixth of the time is its own; it uses half of that, at once.
            Add("steady", Credit / 4);
            for (var i = 0; i < Credit / 4; i++)
            {
                Assert.StartsWith("steady", Take(_ => 1), StringComparison.Ordinal);
            }

            for (var i = 0; i < Credit / 4; i++)
            {
                Assert.StartsWith("hostile", Take(_ => 10), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void TryTake_ManySharesWait_AnIdleOneWaitsForNoneOfThem()
    {
        for (var i = 0; i < 10; i++)
        {
            Add($"hostile{i}", 100);
        }

        for (var i = 0; i < 500; i++)
        {
            Take(_ => 7);
            if (i % 50 == 49)
            {
                Add("idle", 1);
                Assert.Equal("idle0", Take(_ => 1));
            }
        }
    }

    [Fact]
    public void TryTake_SharesThatAreEven_TheOneThatWantsLittleGoesFirst()
    {
        Assert.True(_queue.TryAdd("much", "much0", TimeSpan.FromMilliseconds(7)));
        Assert.True(_queue.TryAdd("more", "more0", TimeSpan.FromMilliseconds(9)));
        Assert.True(_queue.TryAdd("little", "little0", TimeSpan.FromMilliseconds(1)));
        Assert.True(_queue.TryAdd("little", "little1", TimeSpan.FromMilliseconds(30)));
        Assert.Equal(["little0", "much0", "more0", "little1"], TakeAll());
    }

    [Fact]
    public void TryTake_OneThatWantsMuchBesideEverNewOnesThatWantLittle_GetsItsTurn()
    {
        const int Much = 7;
        Assert.True(_queue.TryAdd("much", "much0", TimeSpan.FromMilliseconds(Much)));
        var taken = new List<string>();
        for (var i = 0; i < 3 * Much; i++)
        {
            Assert.True(_queue.TryAdd($"once{i}", $"once{i}0", TimeSpan.FromMilliseconds(1)));
            taken.Add(Take(_ => 1));
        }

        // Half of the time is its own.
        Assert.InRange(taken.IndexOf("much0"), Much - 1, 2 * Much);
    }

    [Fact]
    public void TryTake_OneThatIsThoughtToWantVeryMuch_KeepsNobodyWaitingOnceItTookLittle()
    {
        Assert.True(_queue.TryAdd("much", "much0", TimeSpan.FromSeconds(10)));
        Add("other", 2 * Credit);
        var other = 0;
        while (Take(_ => 1) != "much0")
        {
            other++;
        }

        // Within a credit of each other, and the next ones in turns.
        Assert.InRange(other, Credit - 1, Credit + 1);
    }

    [Fact]
    public void TryTake_NotAccepted_StaysAndIsNext()
    {
        Add("a", 1);
        Add("b", 1);
        var asked = new List<(string, int)>();
        Assert.False(_queue.TryTake(out _, (item, waiting) =>
        {
            asked.Add((item, waiting));
            return false;
        }));
        Assert.Equal([("a0", 2)], asked);
        Assert.Equal(["a0", "b0"], TakeAll());
    }

    [Fact]
    public void Charge_WhileNobodyElseWaits_IsNotHeldAgainstIt()
    {
        for (var i = 0; i < 1_000; i++)
        {
            Add("a", 1);
            Take(_ => 10);
        }

        Add("a", 100);
        Add("b", 100);
        var taken = Enumerable.Range(0, 22).Select(_ => Take(_ => 1)).ToList();
        Assert.Equal(11, taken.Count(item => item.StartsWith('a')));
    }

    [Fact]
    public void TryAdd_ManySharesThatDoNotComeBack_AreForgotten()
    {
        for (var i = 0; i < 10_000; i++)
        {
            Add($"once{i}", 1);
            Take(_ => 1);
        }

        Assert.InRange(_queue.Known, 1, 128);
    }

    [Fact]
    public async Task Close_WhatIsInIsTakenAndThenWaitingEnds()
    {
        Add("a", 2);
        _queue.Close();
        Assert.False(_queue.TryAdd("a", "late"));
        Assert.True(await _queue.WaitAsync());
        Assert.Equal(2, TakeAll().Count);
        Assert.False(await _queue.WaitAsync());
    }

    [Fact]
    public async Task WaitAsync_NothingIn_CompletesWithTheNextOne()
    {
        var waiting = _queue.WaitAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        Add("a", 1);
        Assert.True(await waiting);
    }

    [Fact]
    public async Task TryTake_ManyThreads_EachItemOnce()
    {
        const int Count = 2_000;
        var taken = new System.Collections.Concurrent.ConcurrentBag<string>();
        var takers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (await _queue.WaitAsync())
            {
                if (_queue.TryTake(out var item))
                {
                    taken.Add(item);
                    _queue.Charge(item[..1], TimeSpan.FromTicks(1));
                }
            }
        })).ToList();
        Parallel.For(0, Count, i => Assert.True(_queue.TryAdd("abcdefgh".Substring(i % 8, 1), $"{"abcdefgh"[i % 8]}{i}")));
        _queue.Close();
        await Task.WhenAll(takers);
        Assert.Equal(Count, taken.Distinct().Count());
        Assert.Equal(Count, taken.Count);
    }

    private void Add(string share, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.True(_queue.TryAdd(share, $"{share}{i}"));
        }
    }

    private string Take(Func<string, int> cost)
    {
        Assert.True(_queue.TryTake(out var item));
        // Some names have digits of their own, before the item's number.
        var share = item.StartsWith("hostile", StringComparison.Ordinal) ? item[..8]
            : item.StartsWith("once", StringComparison.Ordinal) ? item[..^1]
            : item.TrimEnd("0123456789".ToCharArray());
        _queue.Charge(share, TimeSpan.FromMilliseconds(cost(share)));
        return item;
    }

    private List<string> TakeAll(Func<string, int>? cost = null)
    {
        var taken = new List<string>();
        while (_queue.Waiting > 0)
        {
            taken.Add(Take(cost ?? (_ => 1)));
        }

        return taken;
    }
}
