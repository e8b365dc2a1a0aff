using System.Buffers.Binary;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Which frames of the log hold the latest state of each page, and which of them are in the data file already.</summary>
internal sealed class LoggedPages(LogStream log)
{
    private const int PageIdAt = 0;
    private const int TransactionAt = 14;
    private const int ConfirmedAt = 18;
    private readonly Lock _lock = new();
    private readonly Dictionary<uint, uint> _latest = [];
    private readonly List<uint> _pages = [];
    private int _copiedTo;
    private uint _lastPage;

    /// <summary>Takes note of a frame that is synced.</summary>
    public void Note(uint number, ReadOnlySpan<byte> page)
    {
        lock (_lock)
        {
            var id = BinaryPrimitives.ReadUInt32LittleEndian(page[PageIdAt..]);
            _latest[id] = number;
            _pages.Add(id);
            _lastPage = Math.Max(_lastPage, id);
        }
    }

    /// <summary>Returns whether LiteDB can pass over a frame. It must see the last page of all, by which it knows how long the file is.</summary>
    public bool IsCopied(uint number)
    {
        lock (_lock)
        {
            if (number >= _pages.Count)
            {
                return false;
            }

            var page = _pages[(int)number];
            return _latest[page] != number || (number < _copiedTo && page != _lastPage);
        }
    }

    /// <summary>Returns whether the log has a page.</summary>
    public bool Has(long page)
    {
        lock (_lock)
        {
            return _latest.ContainsKey((uint)page);
        }
    }

    /// <summary>Reads a page from the log if it is there: what the data file has of it can be older, or half written.</summary>
    public bool TryRead(long page, Span<byte> buffer)
    {
        uint frame;
        lock (_lock)
        {
            if (!_latest.TryGetValue((uint)page, out frame))
            {
                return false;
            }
        }

        ReadFrame(frame, buffer);
        return true;
    }

    /// <summary>Copies what was noted since the last time and is still the latest. Returns how many frames were added meanwhile.</summary>
    public int Copy(DataStream data)
    {
        (uint Page, uint Frame)[] due;
        int end;
        lock (_lock)
        {
            end = _pages.Count;
            due = [.. _latest.Where(page => page.Value >= _copiedTo).Select(page => (page.Key, page.Value))];
        }

        Array.Sort(due);
        var buffer = new byte[LogFrame.PageSize];
        foreach (var (page, frame) in due)
        {
            ReadFrame(frame, buffer);
            data.WriteAt((long)page * LogFrame.PageSize, buffer);
        }

        data.Flush();
        lock (_lock)
        {
            _copiedTo = end;
            return _pages.Count - end;
        }
    }

    /// <summary>The log was cut.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _latest.Clear();
            _pages.Clear();
            (_copiedTo, _lastPage) = (0, 0);
        }
    }

    /// <summary>Reads a page as it is in the data file: without what says which transaction wrote it.</summary>
    private void ReadFrame(uint number, Span<byte> page)
    {
        log.ReadSynced(number, page);
        BinaryPrimitives.WriteUInt32LittleEndian(page[TransactionAt..], uint.MaxValue);
        page[ConfirmedAt] = 0;
    }
}
