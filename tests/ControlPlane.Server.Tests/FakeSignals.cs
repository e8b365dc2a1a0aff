using ControlPlane.Storage;

namespace ControlPlane.Server.Tests;

/// <summary>Signals that a test raises. Those that are not raised are lost.</summary>
internal sealed class FakeSignals : ISignals
{
    private readonly List<Action<StoreSignal>> _subscribers = [];

    public TimeSpan? PollInterval { get; init; }

    public void Raise(StoreSignal signal) => _subscribers.ForEach(received => received(signal));

    public IDisposable Subscribe(Action<StoreSignal> received)
    {
        _subscribers.Add(received);
        return new Subscription(() => _subscribers.Remove(received));
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
