using System.Runtime.InteropServices;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// The checksums of the data file's pages, in a file of their own: 8 bytes a page. They are saved with every checkpoint, before the log
/// is cut; if that is interrupted, the log still has every page that differs. A page without a checksum is taken as it is, so
/// the file can be removed when the data file was replaced or changed by other tools.
/// </summary>
internal sealed class PageSums
{
    private const ulong Magic = 0x314D555350434857; // "WHCPSUM1"
    private const ulong None = 0;
    private readonly IStoreFile _file;
    private readonly Lock _lock = new();
    private ulong[] _sums;
    private int _count;
    private int _from = int.MaxValue;
    private int _to;

    public PageSums(IStoreFile file)
    {
        _file = file;
        _sums = new ulong[Math.Max(file.Length / sizeof(ulong), 1024)];
        var stored = _sums.AsSpan(0, (int)(file.Length / sizeof(ulong)));
        if (stored.IsEmpty || !file.TryRead(0, MemoryMarshal.AsBytes(stored)) || stored[0] == None)
        {
            // Making it was interrupted, so nothing is in it yet.
            stored.Clear();
            SetAt(0, Magic);
        }
        else if (stored[0] != Magic)
        {
            throw new DamagedStoreException("the checksums of its pages cannot be read");
        }
        else
        {
            _count = stored.Length;
        }
    }

    /// <summary>How many pages the data file has at least.</summary>
    public long Pages
    {
        get
        {
            lock (_lock)
            {
                return _count - 1;
            }
        }
    }

    /// <summary>Returns whether a page can have a checksum.</summary>
    public bool IsRight(long page, ulong sum)
    {
        lock (_lock)
        {
            return page + 1 >= _count || _sums[page + 1] is var stored && (stored == None || stored == sum);
        }
    }

    public void Set(long page, ulong sum)
    {
        lock (_lock)
        {
            SetAt((int)page + 1, sum);
        }
    }

    /// <summary>Writes what changed and syncs it. For one thread at a time.</summary>
    public void Save()
    {
        int from;
        byte[] changed;
        lock (_lock)
        {
            if (_from >= _to)
            {
                return;
            }

            from = _from;
            changed = MemoryMarshal.AsBytes(_sums.AsSpan(_from, _to - _from)).ToArray();
            (_from, _to) = (int.MaxValue, 0);
        }

        try
        {
            _file.Write((long)from * sizeof(ulong), changed);
            _file.Sync();
        }
        catch
        {
            lock (_lock)
            {
                (_from, _to) = (Math.Min(_from, from), Math.Max(_to, from + (changed.Length / sizeof(ulong))));
            }

            throw;
        }
    }

    private void SetAt(int index, ulong sum)
    {
        if (index >= _sums.Length)
        {
            Array.Resize(ref _sums, Math.Max(index + 1, _sums.Length * 2));
        }

        _sums[index] = sum;
        _count = Math.Max(_count, index + 1);
        (_from, _to) = (Math.Min(_from, index), Math.Max(_to, index + 1));
    }
}
