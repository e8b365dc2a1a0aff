namespace ControlPlane.Storage;

/// <summary>Collects a page of entries. It is full by number or by size, so that memory is bounded by the largest event.</summary>
public sealed class CopyPage
{
    /// <summary>The position before all others.</summary>
    public const long Begin = -1;

    /// <summary>How many entries a page has at most.</summary>
    public const int MostEntries = 1_000;

    /// <summary>Bytes after which a page is full.</summary>
    public const long FullSize = 2 << 20;

    /// <summary>What a row takes, roughly.</summary>
    public const int RowSize = 512;

    private readonly List<StoreEntry> _entries = [];
    private long _size;
    private long _last;

    public bool IsFull => _entries.Count == MostEntries || _size >= FullSize;

    /// <summary>Adds an entry with its position.</summary>
    public void Add(long position, StoreEntry entry)
    {
        _entries.Add(entry);
        _last = position;
        _size += RowSize;
        if (entry is StoreEntry.PublishedEvent added)
        {
            _size += (added.Record.Payload?.Length ?? 0)
                + added.Deliveries.Sum(SizeOf);
        }
        else if (entry is StoreEntry.LaterDelivery later)
        {
            _size += SizeOf(later.Delivery);
        }
    }

    private static long SizeOf(DeliveryEntry delivery) => RowSize + delivery.Attempts.Sum(attempt => (long)RowSize + attempt.ResponseExcerpt.Length);

    /// <summary>Returns the page: the last one if it is not full.</summary>
    public Page<StoreEntry> ToPage() => new(_entries, IsFull ? _last : null);

    /// <summary>Reads rows into a page until it is full.</summary>
    public static Page<StoreEntry> Of(IEnumerable<(long Position, StoreEntry Entry)> rows)
    {
        var page = new CopyPage();
        foreach (var (position, entry) in rows)
        {
            page.Add(position, entry);
            if (page.IsFull)
            {
                break;
            }
        }

        return page.ToPage();
    }
}
