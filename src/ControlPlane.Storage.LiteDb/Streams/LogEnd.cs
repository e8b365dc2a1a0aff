namespace ControlPlane.Storage.LiteDb;

/// <summary>Where a log ends.</summary>
/// <param name="Generation">Which generation it is; 0 for a log that was never begun.</param>
/// <param name="Frames">How many frames it has, up to the last one that ends a transaction.</param>
/// <param name="Checksum">The checksum of the last of them.</param>
internal readonly record struct LogEnd(ulong Generation, uint Frames, ulong Checksum)
{
    private const int AtOnce = 128;

    /// <summary>
    /// Finds the end: the log ends at the first frame that is not whole, or that does not follow from the one before it. What was
    /// acknowledged is before that, because it was synced. So if any later frame was written when that one was on the disk already,
    /// then it was whole once, and the log is damaged.
    /// </summary>
    /// <exception cref="DamagedStoreException">The log is damaged.</exception>
    public static LogEnd Find(IStoreFile file)
    {
        var generation = LogHeader.Read(file);
        var end = new LogEnd(generation, 0, 0);
        if (generation == 0)
        {
            return end;
        }

        uint number = 0;
        uint? broken = null;
        var previous = 0ul;
        var buffer = new byte[LogFrame.Size * AtOnce];
        for (var left = Math.Max(0, file.Length - LogHeader.Size) / LogFrame.Size; left > 0;)
        {
            var count = (int)Math.Min(left, AtOnce);
            left -= count;
            if (!file.TryRead(PositionOf(number), buffer.AsSpan(0, count * LogFrame.Size)))
            {
                break;
            }

            for (var i = 0; i < count; i++, number++)
            {
                ReadOnlySpan<byte> frame = buffer.AsSpan(i * LogFrame.Size, LogFrame.Size);
                var sound = LogFrame.IsSound(frame, generation, number);
                if (!sound && LogFrame.Generation(frame) > generation && LogFrame.IsWhole(frame))
                {
                    // No frame of a generation is written before its beginning is on the disk.
                    throw new DamagedStoreException("the beginning of its log is older than what follows");
                }

                if (broken is { } first)
                {
                    ThrowIfWhole(sound, frame, first);
                }
                else if (!sound || LogFrame.Previous(frame) != previous)
                {
                    broken = number;
                    ThrowIfWhole(sound, frame, number);
                }
                else
                {
                    previous = LogFrame.Checksum(frame);
                    end = LogFrame.EndsTransaction(frame) ? new LogEnd(generation, number + 1, previous) : end;
                }
            }
        }

        return end;
    }

    /// <summary>Where in the file a frame is.</summary>
    public static long PositionOf(uint number) => LogHeader.Size + ((long)number * LogFrame.Size);

    private static void ThrowIfWhole(bool sound, ReadOnlySpan<byte> frame, uint broken)
    {
        if (sound && LogFrame.Synced(frame) > broken)
        {
            throw new DamagedStoreException($"frame {broken} of its log is broken, and later ones are not");
        }
    }
}
