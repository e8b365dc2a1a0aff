using ControlPlane.Storage;

namespace ControlPlane.Server.Watching;

/// <summary>
/// The latest changes, shared by all watchers. A watcher that falls behind its end reads the store instead, so a slow one costs
/// no memory and holds nobody up.
/// </summary>
internal sealed class ChangeRing(int capacity)
{
    private readonly Lock _lock = new();
    private readonly DeliveryRecord?[] _items = new DeliveryRecord?[capacity];
    private long _count;
    private long _completeAfter = long.MaxValue;
    private long _lastDropped;
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Starts over, complete after no revision until <see cref="Complete"/> says which.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            Array.Clear(_items);
            _count = 0;
            _completeAfter = long.MaxValue;
            _lastDropped = 0;
        }
    }

    /// <summary>Says that everything after a revision was or will be appended. What was appended since the reset stays.</summary>
    public void Complete(long after)
    {
        lock (_lock)
        {
            _completeAfter = after;
        }
    }

    /// <summary>Adds changes, in revision order.</summary>
    public void Append(IReadOnlyList<DeliveryRecord> changes)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            foreach (var change in changes)
            {
                ref var place = ref _items[_count++ % capacity];
                if (place is { } dropped)
                {
                    _lastDropped = dropped.Revision;
                }

                place = change;
            }

            changed = _changed;
            _changed = NewSignal();
        }

        changed.SetResult();
    }

    /// <summary>
    /// Reads changes after a revision. False if they are not all here (any more). <paramref name="changed"/> completes when there
    /// is more than what was read.
    /// </summary>
    public bool TryRead(long after, int limit, List<DeliveryRecord> into, out Task changed)
    {
        lock (_lock)
        {
            changed = _changed.Task;
            if (after < Math.Max(_completeAfter, _lastDropped))
            {
                return false;
            }

            for (var i = FirstAfter(after); i < _count && into.Count < limit; i++)
            {
                into.Add(_items[i % capacity]!);
            }

            return true;
        }
    }

    private long FirstAfter(long revision)
    {
        var (low, high) = (Math.Max(0, _count - capacity), _count);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (_items[middle % capacity]!.Revision > revision)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
