using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Embedded;

/// <summary>
/// The counts of the minute that it is now, which the writer keeps in mind so that a transaction stores each that it changes once and
/// reads none.
/// </summary>
/// <param name="find">Finds what is stored of a minute and an owner; null if nothing is.</param>
internal sealed class CurrentMinute(Func<long, long, byte[]?> find)
{
    private readonly Dictionary<long, Entry> _entries = [];
    private readonly List<Entry> _changed = [];
    private long _minute;

    /// <summary>Counts an attempt for an owner. Times do not go back.</summary>
    public void Note(long owner, DeliveryRecord completed, DateTimeOffset now)
    {
        var minute = StatsBuckets.MinuteOf(now);
        if (minute != _minute)
        {
            // What is yet to be stored of the minute before is in the other list.
            _entries.Clear();
            _minute = minute;
        }

        if (!_entries.TryGetValue(owner, out var entry))
        {
            _entries[owner] = entry = new Entry(minute, owner);
            if (find(minute, owner) is { } stored)
            {
                entry.IsStored = true;
                entry.Counts.Add(NumberFormat.Read(stored));
            }
        }

        entry.Counts.Note(completed);
        if (!entry.IsChanged)
        {
            entry.IsChanged = true;
            _changed.Add(entry);
        }
    }

    /// <summary>Returns what is to be stored now.</summary>
    public List<Entry> TakeChanged()
    {
        var changed = _changed.ToList();
        _changed.Clear();
        return changed;
    }

    /// <summary>Forgets everything: a rollback took it back.</summary>
    public void Clear()
    {
        _entries.Clear();
        _changed.Clear();
    }

    /// <summary>The counts of one owner in one minute.</summary>
    internal sealed class Entry(long minute, long owner)
    {
        public long Minute => minute;

        public long Owner => owner;

        public AttemptCounts Counts { get; } = new();

        /// <summary>Whether there is a row or a document of it.</summary>
        public bool IsStored { get; set; }

        public bool IsChanged { get; set; }

        /// <summary>Returns what to store, and takes it for stored.</summary>
        public byte[] Store()
        {
            (IsStored, IsChanged) = (true, false);
            return NumberFormat.Write(Counts.Numbers);
        }
    }
}
