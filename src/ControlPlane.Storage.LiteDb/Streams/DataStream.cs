using System.IO.Hashing;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// The data file as LiteDB sees it: a plain LiteDB file, which changes in checkpoints only. Pages in it carry no checksum, so those are
/// kept beside it, and each page is held against its own when it is read.
/// </summary>
internal sealed class DataStream(IStoreFile file, PageSums sums) : Stream
{
    private const int CheckedAtOnce = 32;

    /// <summary>Asked for each page that LiteDB reads whether there is a newer one in the log. While the log has a page LiteDB reads it
    /// from there, but for the first one, which it reads from here before it knows the log.</summary>
    public TryReadNewer? Newer { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => file.Length;

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var page = buffer.AsSpan(offset, count);
        if (Newer?.Invoke(Position / LogFrame.PageSize, page) != true)
        {
            ReadAt(Position, page);
        }

        Position += count;
        return count;
    }

    /// <summary>Reads whole pages from a position.</summary>
    /// <exception cref="DamagedStoreException">The file ends before that, or a page is not what was written.</exception>
    public void ReadAt(long position, Span<byte> pages)
    {
        if (!file.TryRead(position, pages))
        {
            throw new DamagedStoreException($"its file ends before page {position / LogFrame.PageSize}");
        }

        for (; pages.Length >= LogFrame.PageSize; pages = pages[LogFrame.PageSize..], position += LogFrame.PageSize)
        {
            if (!sums.IsRight(position / LogFrame.PageSize, XxHash3.HashToUInt64(pages[..LogFrame.PageSize])))
            {
                throw new DamagedStoreException($"page {position / LogFrame.PageSize} is not what was written");
            }
        }
    }

    /// <summary>Looks whether the file has the pages that were written. LiteDB takes a file that was cut short as it is.</summary>
    /// <exception cref="DamagedStoreException">It has fewer.</exception>
    public void CheckLength()
    {
        if (Length / LogFrame.PageSize < sums.Pages)
        {
            throw new DamagedStoreException($"its file ends before page {sums.Pages - 1}");
        }
    }

    /// <summary>Looks whether the file is the one that the log goes on from: the pages that the log does not have are as they were when it
    /// was begun.</summary>
    /// <param name="logged">The pages that the log has.</param>
    /// <param name="atMost">How many pages to read; of more they are spread over the file.</param>
    /// <exception cref="DamagedStoreException">It is another one.</exception>
    public void CheckBase(LoggedPages logged, long atMost)
    {
        if (sums.Pages == 0)
        {
            throw new DamagedStoreException("there is a log beside it, and no checksums that say what it goes on from");
        }

        CheckLength();
        var end = Length / LogFrame.PageSize;
        var page = new byte[LogFrame.PageSize];
        for (var (number, step) = (0L, 1 + (end / atMost)); number < end; number += step)
        {
            if (!logged.Has(number))
            {
                ReadAt(number * LogFrame.PageSize, page);
            }
        }
    }

    /// <summary>Holds all pages against their checksums.</summary>
    /// <param name="found">Gets each finding; whether it is thrown.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public void Check(Predicate<DamagedStoreException> found, CancellationToken cancellationToken)
    {
        var buffer = new byte[CheckedAtOnce * LogFrame.PageSize];
        var end = Length;
        for (var position = 0L; position < end; position += buffer.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                ReadAt(position, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - position)));
            }
            catch (DamagedStoreException damage) when (!found(damage))
            {
                // Told, and there can be more.
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        WriteAt(Position, buffer.AsSpan(offset, count));
        Position += count;
    }

    /// <summary>Writes whole pages at a position.</summary>
    public void WriteAt(long position, ReadOnlySpan<byte> pages)
    {
        file.Write(position, pages);
        for (; pages.Length >= LogFrame.PageSize; pages = pages[LogFrame.PageSize..], position += LogFrame.PageSize)
        {
            sums.Set(position / LogFrame.PageSize, XxHash3.HashToUInt64(pages[..LogFrame.PageSize]));
        }
    }

    public override void Flush()
    {
        file.Sync();
        sums.Save();
    }

    public override void SetLength(long value) => file.SetLength(value);

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };
}

/// <summary>Reads a page from elsewhere; false if it is not there.</summary>
internal delegate bool TryReadNewer(long page, Span<byte> buffer);
