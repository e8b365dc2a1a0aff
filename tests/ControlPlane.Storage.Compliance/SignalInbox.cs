using System.Threading.Channels;

namespace ControlPlane.Storage.Compliance;

/// <summary>Keeps the signals that a subscription gets.</summary>
public sealed class SignalInbox : IDisposable
{
    private readonly Channel<StoreSignal> _received = Channel.CreateUnbounded<StoreSignal>();
    private readonly IDisposable _subscription;

    /// <param name="signals">Where to subscribe.</param>
    /// <param name="onReceived">Called with each signal before it is kept.</param>
    public SignalInbox(ISignals signals, Action<StoreSignal>? onReceived = null) => _subscription = signals.Subscribe(signal =>
    {
        onReceived?.Invoke(signal);
        _received.Writer.TryWrite(signal);
    });

    /// <summary>Waits for the next signal of a kind and passes over others.</summary>
    public async Task<T> NextAsync<T>()
        where T : StoreSignal
    {
        while (true)
        {
            if (await _received.Reader.ReadAsync(TestContext.Current.CancellationToken) is T signal)
            {
                return signal;
            }
        }
    }

    /// <summary>Whether a signal comes that is looked for, within a time; passes over others.</summary>
    public async Task<bool> ComesWithinAsync(TimeSpan time, Predicate<StoreSignal> wanted)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        end.CancelAfter(time);
        try
        {
            while (!wanted(await _received.Reader.ReadAsync(end.Token)))
            {
            }

            return true;
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    public bool TryNext(out StoreSignal? signal) => _received.Reader.TryRead(out signal);

    public void Dispose() => _subscription.Dispose();
}
