namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// The log as LiteDB sees it: pages one after another. What LiteDB writes is kept in memory until <see cref="Sync"/>, which writes
/// it as frames and syncs them once. LiteDB cannot have a write fail in the middle of a commit without losing track, so writing never
/// does: <see cref="Sync"/> does, and <see cref="Discard"/> then takes everything back that was not synced.
/// </summary>
internal sealed class LogStream : Stream
{
    /// <summary>Above this length the file is made shorter again when the log is cut; below, it is written over, which is faster to sync.</summary>
    private const long KeptLength = 96 << 20;

    private readonly IStoreFile _file;
    private byte[] _pending = new byte[64 * LogFrame.Size];
    private ulong _generation;
    private uint _synced;
    private uint _frames;
    private ulong _checksum;
    private bool _touched;
    private bool _begun = true;

    /// <param name="file">The log's file.</param>
    /// <param name="end">Where the log ends.</param>
    public LogStream(IStoreFile file, LogEnd end)
    {
        _file = file;
        (_generation, _synced, _checksum) = end;
        _frames = _synced;
    }

    /// <summary>How many pages the log has.</summary>
    public uint Frames => _frames;

    /// <summary>Asked while LiteDB copies the log into the data file: whether the page in a frame need not be copied. LiteDB passes
    /// over pages that are empty.</summary>
    public Func<uint, bool>? Skips { get; set; }

    /// <summary>Whether the file is made as short as can be when the log is cut next, since what was erased is in it.</summary>
    /// <value>At first true: the process before may have ended before it could.</value>
    public bool Forgets { get; set; } = true;

    /// <summary>Called with each frame that is synced: its number and its page.</summary>
    public FrameSynced? Synced { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => (long)_frames * LogFrame.PageSize;

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var number = NumberAt(Position, count);
        var page = buffer.AsSpan(offset, count);
        if (Skips?.Invoke(number) == true)
        {
            page.Clear();
        }
        else
        {
            ReadPage(number, page);
        }

        Position += count;
        return count;
    }

    /// <summary>Reads the page of a frame.</summary>
    /// <exception cref="DamagedStoreException">The frame is broken.</exception>
    public void ReadPage(uint number, Span<byte> page)
    {
        if (number >= _synced && number < _frames)
        {
            LogFrame.Page(Pending(number)).CopyTo(page);
            return;
        }

        ReadSynced(number, page);
    }

    /// <summary>Reads the page of a frame that is synced. Can be called from any thread while the log is not cut.</summary>
    /// <exception cref="DamagedStoreException">The frame is broken.</exception>
    public void ReadSynced(uint number, Span<byte> page)
    {
        Span<byte> frame = stackalloc byte[LogFrame.Size];
        if (!_file.TryRead(LogEnd.PositionOf(number), frame) || !LogFrame.IsSound(frame, _generation, number))
        {
            throw new DamagedStoreException($"frame {number} of its log is broken");
        }

        LogFrame.Page(frame).CopyTo(page);
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        var number = NumberAt(Position, count);
        if (number != _frames)
        {
            throw new InvalidOperationException("Pages are added at the end of the log.");
        }

        var end = (int)(number + 1 - _synced) * LogFrame.Size;
        if (end > _pending.Length)
        {
            Array.Resize(ref _pending, _pending.Length * 2);
        }

        _frames++;
        buffer.AsSpan(offset, count).CopyTo(LogFrame.Page(Pending(number)));
        Position += count;
    }

    /// <summary>Writes what is new and syncs it. If that throws, it must be discarded.</summary>
    public void Sync()
    {
        if (_frames == _synced)
        {
            return;
        }

        var checksum = _checksum;
        for (var number = _synced; number < _frames; number++)
        {
            checksum = LogFrame.Seal(Pending(number), _generation, number, _synced, checksum);
        }

        Begin();
        _touched = true;
        _file.Write(LogEnd.PositionOf(_synced), _pending.AsSpan(0, (int)(_frames - _synced) * LogFrame.Size));
        _file.Sync();
        _touched = false;
        for (var number = _synced; Synced is { } synced && number < _frames; number++)
        {
            synced(number, LogFrame.Page(Pending(number)));
        }

        (_synced, _checksum) = (_frames, checksum);
        if (_pending.Length > 1024 * LogFrame.Size)
        {
            _pending = new byte[64 * LogFrame.Size];
        }
    }

    /// <summary>Takes back what is not synced: what of it may be in the file must not be found there later.</summary>
    public void Discard()
    {
        _frames = _synced;
        if (_touched)
        {
            TryErase();
        }
    }

    private void TryErase()
    {
        try
        {
            _file.Write(LogEnd.PositionOf(_synced), new byte[LogFrame.HeaderSize]);
            _file.Sync();
            _touched = false;
        }
        catch (IOException)
        {
            // What comes next is written over it. Until then nothing better can be done.
        }
    }

    /// <summary>Begins a log that is new, or goes on in the next generation with an empty one.</summary>
    public void Restart()
    {
        _generation++;
        (_frames, _synced, _checksum, _touched, _begun) = (0, 0, 0, false, false);
        StoreFileEvents.Log.Cutting();
        Begin();
        StoreFileEvents.Log.Cut();
        var kept = Forgets ? LogEnd.PositionOf(0) : KeptLength;
        Forgets = false;
        if (_file.Length > kept)
        {
            _file.SetLength(kept);
        }
    }

    /// <summary>LiteDB cuts the log when everything in it is in the data file.</summary>
    public override void SetLength(long value)
    {
        if (value != 0)
        {
            throw new NotSupportedException("The log is cut as a whole.");
        }

        Restart();
    }

    public override void Flush()
    {
        // Sync says when.
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    /// <summary>Says in the file which generation it is. No frame of it is written before that is synced: if it fails, the next frame
    /// tries again, and until then the last generation holds, which changes nothing when it is applied once more.</summary>
    private void Begin()
    {
        if (!_begun)
        {
            LogHeader.Begin(_file, _generation);
            _begun = true;
        }
    }

    private Span<byte> Pending(uint number) => _pending.AsSpan((int)(number - _synced) * LogFrame.Size, LogFrame.Size);

    private static uint NumberAt(long position, int count) =>
        count == LogFrame.PageSize && position % LogFrame.PageSize == 0
            ? (uint)(position / LogFrame.PageSize)
            : throw new InvalidOperationException("The log is read and written page by page.");
}

/// <summary>Takes note of a frame and its page.</summary>
internal delegate void FrameSynced(uint number, ReadOnlySpan<byte> page);
