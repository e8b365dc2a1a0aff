namespace ControlPlane.Storage.LiteDb.Tests;

/// <summary>A file in memory that knows what of it is on the disk, sector by sector, and what a power cut would leave.</summary>
internal sealed class ForgettingFile(ForgettingDisk disk) : IStoreFile
{
    private const int Sector = 512;
    private readonly HashSet<int> _unsynced = [];
    private byte[] _durable = [];
    private byte[] _content = [];

    public long Length
    {
        get
        {
            lock (disk)
            {
                return _content.Length;
            }
        }
    }

    /// <summary>The content, to look into and to spoil.</summary>
    public byte[] Content => _content;

    public static ForgettingFile Of(byte[] content) => new(new ForgettingDisk()) { _content = content, _durable = [.. content] };

    public bool TryRead(long position, Span<byte> buffer)
    {
        lock (disk)
        {
            if (position + buffer.Length > _content.Length)
            {
                return false;
            }

            _content.AsSpan((int)position, buffer.Length).CopyTo(buffer);
            return true;
        }
    }

    public void Write(long position, ReadOnlySpan<byte> bytes)
    {
        lock (disk)
        {
            disk.Work();
            if (position + bytes.Length > _content.Length)
            {
                Array.Resize(ref _content, (int)position + bytes.Length);
            }

            var sectors = Enumerable.Range((int)position / Sector, 1 + (((int)position + bytes.Length - 1) / Sector) - ((int)position / Sector)).ToList();
            // The system writes to the disk when it likes: what is overwritten can be there already, and what overwrites it not.
            foreach (var sector in sectors.Where(sector => _unsynced.Contains(sector) && disk.WritesBack()))
            {
                Keep(sector, ref _durable);
            }

            bytes.CopyTo(_content.AsSpan((int)position));
            _unsynced.UnionWith(sectors);
        }
    }

    public void SetLength(long length)
    {
        lock (disk)
        {
            disk.Work();
            Array.Resize(ref _content, (int)length);
        }
    }

    public void Sync()
    {
        lock (disk)
        {
            disk.Work();
            _durable = [.. _content];
            _unsynced.Clear();
        }
    }

    public void Dispose()
    {
    }

    /// <summary>What is left after a power cut: all that was synced, and of the rest any sectors.</summary>
    public byte[] Lose(Random random)
    {
        var left = _durable;
        foreach (var sector in _unsynced.Where(_ => random.Next(2) == 0))
        {
            Keep(sector, ref left);
        }

        return left;
    }

    /// <summary>Has a sector be on the disk as it is now.</summary>
    private void Keep(int sector, ref byte[] durable)
    {
        var (from, to) = (sector * Sector, Math.Min((sector + 1) * Sector, _content.Length));
        if (from < to)
        {
            Array.Resize(ref durable, Math.Max(durable.Length, to));
            _content.AsSpan(from, to - from).CopyTo(durable.AsSpan(from));
        }
    }
}

/// <summary>The files of a store on one disk, whose power is cut after a number of writes and syncs.</summary>
internal sealed class ForgettingDisk
{
    private readonly Dictionary<string, ForgettingFile> _files = [];
    private int _left = int.MaxValue;
    private Random? _random;

    /// <summary>What the cut left; null while there was none.</summary>
    public ForgettingDisk? Left { get; private set; }

    public IStoreFile Open(string path)
    {
        var name = path.EndsWith("-log", StringComparison.Ordinal) ? "log" : path.EndsWith("-sums", StringComparison.Ordinal) ? "sums" : "data";
        lock (this)
        {
            return _files.TryGetValue(name, out var file) ? file : _files[name] = new ForgettingFile(this);
        }
    }

    public void CutAfter(int work, Random random)
    {
        lock (this)
        {
            (_left, _random) = (work, random);
        }
    }

    /// <summary>Whether the system has written something to the disk that nobody had synced.</summary>
    public bool WritesBack() => _random?.Next(2) == 0;

    /// <summary>Counts a write or a sync before it is done.</summary>
    public void Work()
    {
        if (--_left == 0)
        {
            Left = new ForgettingDisk();
            foreach (var (name, file) in _files)
            {
                var left = ForgettingFile.Of(file.Lose(_random!));
                Left._files[name] = left;
            }
        }
    }
}
