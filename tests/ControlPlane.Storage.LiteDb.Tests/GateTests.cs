namespace ControlPlane.Storage.LiteDb.Tests;

public sealed class GateTests : IDisposable
{
    private readonly Gate _gate = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _gate.Close();

    [Fact]
    public async Task Read_WhileTheWriterIsIn_WaitsAndSmallOnesGoFirst()
    {
        var order = new List<string>();
        using var over = new ManualResetEventSlim();
        var writing = WriteUntil(over);

        var reads = new[] { ReadAsync("list", isSmall: false), ReadAsync("page", isSmall: false), ReadAsync("key", isSmall: true) };
        Assert.Empty(order);
        over.Set();
        await Task.WhenAll(reads);

        Assert.Equal(["key", "list", "page"], order);
        await writing;

        Task<bool> ReadAsync(string name, bool isSmall) => _gate.ReadAsync(
            () =>
            {
                order.Add(name);
                return true;
            },
            isSmall,
            Cancel);
    }

    [Fact]
    public async Task Read_SmallOnesAmongOthersBesideTheWriter_AllAreDone()
    {
        using var over = new CancellationTokenSource();
        var writing = Task.Factory.StartNew(
            () =>
            {
                while (!over.IsCancellationRequested)
                {
                    _gate.Enter();
                    _gate.Exit();
                }
            },
            Cancel,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        var read = await Task.WhenAll(Enumerable.Range(0, 8).Select(reader => Task.Run(() => ReadAsync(reader), Cancel)));

        await over.CancelAsync();
        await writing;
        Assert.All(read, count => Assert.Equal(500, count));

        async Task<int> ReadAsync(int reader)
        {
            var count = 0;
            for (var i = 0; i < 500; i++)
            {
                count += await _gate.ReadAsync(() => 1, isSmall: (i + reader) % 3 > 0, Cancel);
            }

            return count;
        }
    }

    [Fact]
    public async Task Read_TakenBackWhileItWaits_IsNotDone()
    {
        using var over = new ManualResetEventSlim();
        using var takenBack = new CancellationTokenSource();
        var writing = WriteUntil(over);
        var done = false;
        var read = _gate.ReadAsync(() => done = true, isSmall: false, takenBack.Token);

        await takenBack.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        over.Set();
        await writing;
        Assert.Equal(1, await _gate.ReadAsync(() => 1, isSmall: false, Cancel));
        Assert.False(done);
    }

    [Fact]
    public async Task Read_ThatFails_IsTold()
    {
        await Assert.ThrowsAsync<IOException>(() => _gate.ReadAsync<int>(() => throw new IOException("broken"), isSmall: true, Cancel));
        Assert.Equal(1, await _gate.ReadAsync(() => 1, isSmall: true, Cancel));
    }

    [Fact]
    public async Task Read_Closed_IsRefused()
    {
        _gate.Close();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _gate.ReadAsync(() => 1, isSmall: false, Cancel));
    }

    [Fact]
    public async Task Enter_ReadsThatNeverCease_WaitsForTwoAtMost()
    {
        var (reads, over) = (0, false);
        var reading = Enumerable.Range(0, 8).Select(_ => Task.Run(ReadOnAndOnAsync, Cancel)).ToList();
        var passed = new List<int>();
        for (var i = 0; i < 21; i++)
        {
            var before = Volatile.Read(ref reads);
            _gate.Enter();
            passed.Add(reads - before);
            _gate.Exit();
            await _gate.ReadAsync(() => true, isSmall: true, Cancel);
        }

        Volatile.Write(ref over, true);
        await Task.WhenAll(reading);
        // The one that was under way, and one that was to begin; more where this thread was not run before it could ask.
        Assert.InRange(passed.Order().ElementAt(10), 0, 2);

        async Task ReadOnAndOnAsync()
        {
            while (!Volatile.Read(ref over))
            {
                await _gate.ReadAsync(
                    () =>
                    {
                        // Longer than reads are done one after another.
                        Thread.Sleep(5);
                        return Interlocked.Increment(ref reads);
                    },
                    isSmall: false,
                    Cancel);
            }
        }
    }

    /// <summary>Is in as the writer until told to leave; returns once it is.</summary>
    private Task WriteUntil(ManualResetEventSlim over)
    {
        using var entered = new ManualResetEventSlim();
        var writing = Task.Factory.StartNew(
            () =>
            {
                _gate.Enter();
                entered.Set();
                over.Wait(Cancel);
                _gate.Exit();
            },
            Cancel,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        entered.Wait(Cancel);
        return writing;
    }
}
