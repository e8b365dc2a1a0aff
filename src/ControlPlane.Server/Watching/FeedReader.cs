using ControlPlane.Storage;

namespace ControlPlane.Server.Watching;

/// <summary>
/// Reads the change feed on and on, until it is disposed of: when the store signals a commit, of this process or another, and as often
/// as the engine asks for in case a signal was lost.
/// </summary>
internal sealed class FeedReader : IDisposable
{
    private const int Batch = 1_000;
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly IChangeFeed _feed;
    private readonly ISignals _signals;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly IDisposable _subscription;
    private TaskCompletionSource _signalled = NewSignal();

    public FeedReader(IChangeFeed feed, ISignals signals, TimeProvider clock, ILogger log)
    {
        (_feed, _signals, _clock, _log) = (feed, signals, clock, log);
        _subscription = signals.Subscribe(signal =>
        {
            if (signal is StoreSignal.DeliveriesChanged)
            {
                Volatile.Read(ref _signalled).TrySetResult();
            }
        });
    }

    /// <summary>Reads what comes after a revision, at most 1,000 changes at a time.</summary>
    public async Task RunAsync(long after, Action<IReadOnlyList<DeliveryRecord>> read)
    {
        var stopping = _stopping.Token;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await WaitAsync(stopping);
                IReadOnlyList<DeliveryRecord> changes;
                do
                {
                    changes = await _feed.ReadAfterAsync(after, Batch, stopping);
                    if (changes.Count > 0)
                    {
                        read(changes);
                        after = changes[^1].Revision;
                    }
                }
                while (changes.Count == Batch);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
            }
            catch (Exception e)
            {
                WatchingLog.FeedNotRead(_log, e);
                Volatile.Read(ref _signalled).TrySetResult();
                await Task.Delay(AfterFailure, _clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public void Dispose()
    {
        if (!_stopping.IsCancellationRequested)
        {
            _subscription.Dispose();
            _stopping.Cancel();
            _stopping.Dispose();
        }
    }

    private async Task WaitAsync(CancellationToken stopping)
    {
        try
        {
            await _signalled.Task.WaitAsync(_signals.PollInterval ?? Timeout.InfiniteTimeSpan, _clock, stopping);
        }
        catch (TimeoutException)
        {
        }

        // Before reading: what is signalled from here on is read the next time.
        Interlocked.Exchange(ref _signalled, NewSignal());
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
