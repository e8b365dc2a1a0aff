using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Storage.Embedded.Tests.GroupCommit;

/// <summary>What the writer does for others before what a tenant waits for is committed, counted in rows.</summary>
public sealed class FairnessTests
{
    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enqueue_TenTenantsWithMuchToWriteCameBefore_WhoWantsLittleIsAhead()
    {
        const int Rows = 140;
        var session = new CountingSession(_clock, TimeSpan.FromMicroseconds(50));
        var writer = new GroupCommitWriter<CountingSession>(session, new CommitSignals(), new Damage(), _clock);
        var writes = new List<Task>();

        var (held, release) = await HoldAsync(writer);
        for (var i = 0; i < 50; i++)
        {
            writes.Add(WriteAsync(writer, $"hostile{i % 10}", Rows));
        }

        writes.Add(WriteAsync(writer, "server", 1));
        var before = session.Written;
        var small = writer.EnqueueAsync("bystander", 1, s => s.Write(1), Cancel);
        release();
        await Task.WhenAll([held, small, .. writes]);

        // The server's own came before, and wants as little.
        Assert.Equal(2, await small - before);
        Assert.InRange(session.Largest, Rows, 3 * Rows);
        await writer.StopAsync();
    }

    [Theory]
    [InlineData(30)]
    [InlineData(61)]
    [InlineData(99)]
    public async Task Enqueue_TenTenantsAreBeingServed_IsTheNext(int at)
    {
        const int Rows = 140;
        var session = new CountingSession(_clock, TimeSpan.FromMicroseconds(50));
        var writer = new GroupCommitWriter<CountingSession>(session, new CommitSignals(), new Damage(), _clock);
        var (held, release) = await HoldAsync(writer);
        Task<long>? small = null;
        var (done, before) = (0, 0L);
        var writes = Enumerable.Range(0, 200).Select(i => writer.EnqueueAsync(
            $"hostile{i % 10}",
            Rows,
            session =>
            {
                var written = session.Write(Rows);
                if (++done == at)
                {
                    before = written;
                    small = writer.EnqueueAsync("bystander", 1, s => s.Write(1), Cancel);
                }

                return written;
            },
            Cancel)).ToList();
        release();
        await Task.WhenAll([held, .. writes]);
        await writer.StopAsync();

        Assert.Equal(1, await small! - before);
        Assert.InRange(session.Largest, Rows, 3 * Rows);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(140, false)]
    public async Task Enqueue_WhileWorkOfAnotherIsStored_GoesAlongIfItIsLittle(int rows, bool along)
    {
        const int Rows = 140;
        var session = new CountingSession(_clock, TimeSpan.FromMicroseconds(50));
        var writer = new GroupCommitWriter<CountingSession>(session, new CommitSignals(), new Damage(), _clock);
        for (var i = 0; i < 20; i++)
        {
            await WriteAsync(writer, "hostile", Rows);
        }

        Task<long>? late = null;
        session.Flushing = _ => late ??= writer.EnqueueAsync("bystander", rows, s => s.Write(rows), Cancel);
        var before = session.Written;
        await WriteAsync(writer, "hostile", Rows);
        Assert.Equal(Rows + rows, await late! - before);
        await writer.StopAsync();
        Assert.Equal(Rows + (along ? rows : 0), session.Largest);
        Assert.Equal(along ? 21 : 22, writer.Commits);
    }

    [Fact]
    public async Task Enqueue_OneTenant_WhatWaitsSharesACommit()
    {
        var session = new CountingSession(_clock, TimeSpan.FromMicroseconds(5));
        var writer = new GroupCommitWriter<CountingSession>(session, new CommitSignals(), new Damage(), _clock);
        var (held, release) = await HoldAsync(writer);
        var writes = Enumerable.Range(0, 500).Select(_ => WriteAsync(writer, "only", 1)).ToList();
        release();
        await Task.WhenAll([held, .. writes]);
        await writer.StopAsync();
        Assert.InRange(writer.Commits, 1, 3);
    }

    [Fact]
    public async Task Enqueue_AfterTheStop_IsRefused()
    {
        var writer = new GroupCommitWriter<CountingSession>(new(_clock, default), new CommitSignals(), new Damage(), _clock);
        await writer.StopAsync();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => WriteAsync(writer, "a", 1));
    }

    private static Task<long> WriteAsync(GroupCommitWriter<CountingSession> writer, string share, int rows) =>
        writer.EnqueueAsync(share, rows, session => session.Write(rows), Cancel);

    private static async Task<(Task Holding, Action Release)> HoldAsync(GroupCommitWriter<CountingSession> writer)
    {
        var entered = new TaskCompletionSource();
        var release = new ManualResetEventSlim();
        var held = writer.EnqueueAsync(
            "",
            1,
            session =>
            {
                entered.TrySetResult();
                release.Wait(Cancel);
                return session.Head;
            },
            Cancel);
        await entered.Task;
        return (held, release.Set);
    }

    /// <summary>Counts rows, each of which takes a time when the transaction ends.</summary>
    private sealed class CountingSession(FakeTimeProvider clock, TimeSpan perRow) : IWriteSession
    {
        private long _flushed;

        /// <summary>By all transactions.</summary>
        public long Written;

        /// <summary>By the largest one.</summary>
        public long Largest { get; private set; }

        public long Head => 0;

        public long Rows { get; private set; }

        public bool Careful { get; set; }

        public long Write(int rows)
        {
            Rows += rows;
            return Volatile.Read(ref Written) + Rows;
        }

        /// <summary>Called with the rows of a transaction while they are stored.</summary>
        public Action<long>? Flushing { get; set; }

        public void Begin() => (Rows, _flushed) = (0, 0);

        public void Flush()
        {
            clock.Advance((Rows - _flushed) * perRow);
            _flushed = Rows;
            Flushing?.Invoke(Rows);
        }

        public void Commit()
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            Largest = Math.Max(Largest, Rows);
            Volatile.Write(ref Written, Written + Rows);
        }

        public void Rollback()
        {
        }

        public void BetweenBatches()
        {
        }

        public Exception Translate(Exception exception) => exception;

        public bool IsConstraint(Exception exception) => false;
    }
}
