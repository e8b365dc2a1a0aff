using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace ControlPlane.Storage;

/// <summary>
/// What waits for something that works for one at a time. Each item belongs to a share, a tenant's or the server's own; of the shares that wait the
/// one goes next that will have used the least when its next item is done: of shares that are even, the one that wants little. Within a share
/// whoever came first goes first. A share that comes back after a while goes before those that were there, and is taken to have used little less than
/// they have: nobody saves up more than <see cref="Credit"/>, and nobody pays for what it used while the others were away.
/// </summary>
/// <remarks>For any number of threads that put in and take out.</remarks>
/// <typeparam name="T">What waits.</typeparam>
public sealed class FairQueue<T>
{
    private const int FewShares = 64;

    /// <summary>What a share can use ahead of the others that wait. One that uses less than it may comes in bursts, if only because
    /// something has just held everything up; without a credit it would wait with each of them for as long as those take that use all they can get.</summary>
    public static readonly TimeSpan Credit = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Share> _shares = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Share, (TimeSpan Done, long Number)> _waiting = new();

    /// <summary>One for each item, so that takers can wait.</summary>
    private readonly Channel<bool> _tokens = Channel.CreateUnbounded<bool>();
    private TimeSpan _now = Credit;
    private TimeSpan _most;
    private int _many = FewShares;
    private long _number;
    private bool _closed;

    /// <summary>Shares that have something waiting.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Shares that are remembered: those that wait, and some that did.</summary>
    public int Known
    {
        get
        {
            lock (_lock)
            {
                return _shares.Count;
            }
        }
    }

    /// <summary>Puts an item in. Returns false if the queue is closed.</summary>
    /// <param name="share">Whose it is.</param>
    /// <param name="item">The item.</param>
    /// <param name="takes">What it will use, as far as is known. More than <see cref="Credit"/> is taken for that.</param>
    public bool TryAdd(string share, T item, TimeSpan takes = default)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return false;
            }

            if (_waiting.Count == 0)
            {
                // Nobody has been kept waiting: all are even.
                _now = Later(_now, _most + Credit);
            }

            if (!_shares.TryGetValue(share, out var added))
            {
                ForgetIdle();
                _shares.Add(share, added = new Share());
            }

            added.Items.Enqueue((item, takes < Credit ? takes : Credit));
            if (added.Items.Count == 1)
            {
                added.Used = Later(added.Used, _now - Credit);
                Wait(added);
            }

            return _tokens.Writer.TryWrite(true);
        }
    }

    /// <summary>Completes when there may be something to take; with false when nothing will be any more.</summary>
    public ValueTask<bool> WaitAsync() => _tokens.Reader.WaitToReadAsync();

    /// <summary>Takes nothing more in.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
        }

        _tokens.Writer.TryComplete();
    }

    /// <summary>Takes out what goes next.</summary>
    /// <param name="item">What was taken.</param>
    /// <param name="accepts">Whether it is wanted; if not it stays, and nothing is taken. It must not call the queue.</param>
    public bool TryTake([MaybeNullWhen(false)] out T item, Func<T, int, bool>? accepts = null)
    {
        lock (_lock)
        {
            item = default;
            if (!TryFindNext(out var share) || accepts?.Invoke(share.Items.Peek().Item, _waiting.Count) == false)
            {
                return false;
            }

            _tokens.Reader.TryRead(out _);
            item = share.Items.Dequeue().Item;
            _waiting.Dequeue();
            _now = Later(_now, share.Used);
            if (share.Items.Count > 0)
            {
                Wait(share);
            }

            return true;
        }
    }

    /// <summary>Counts what an item that was taken has used.</summary>
    public void Charge(string share, TimeSpan used)
    {
        lock (_lock)
        {
            if (_shares.TryGetValue(share, out var charged))
            {
                charged.Used += used;
                _most = Later(_most, charged.Used);
                // Everybody's time goes on, also that of one that wants much beside ever new ones that want little.
                _now += used / (_waiting.Count + 1);
            }
        }
    }

    private bool TryFindNext([NotNullWhen(true)] out Share? next)
    {
        while (_waiting.TryPeek(out next, out var place) && place.Done < next.Done)
        {
            // It was charged since it was put there.
            _waiting.Dequeue();
            Wait(next);
        }

        return next is not null;
    }

    /// <summary>Forgets shares that have used no more than one that comes for the first time, now and then.</summary>
    private void ForgetIdle()
    {
        if (_shares.Count < _many)
        {
            return;
        }

        foreach (var (name, _) in _shares.Where(each => each.Value.Items.Count == 0 && each.Value.Used <= _now - Credit))
        {
            _shares.Remove(name);
        }

        _many = Math.Max(FewShares, 2 * _shares.Count);
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private void Wait(Share share) => _waiting.Enqueue(share, (share.Done, ++_number));

    private sealed class Share
    {
        public Queue<(T Item, TimeSpan Takes)> Items { get; } = [];

        public TimeSpan Used { get; set; }

        /// <summary>What it will have used when its next item is done.</summary>
        public TimeSpan Done => Used + Items.Peek().Takes;
    }
}
