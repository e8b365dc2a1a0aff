using System.Buffers.Binary;
using System.IO.Hashing;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// A page in the log, with what tells whether it is whole and whether it belongs there: a checksum of all that follows it, the log's
/// generation, the frame's number, how many frames were synced when it was written, and the checksum of the frame before. Frames
/// that a failed commit left behind do not follow from what was written over the first of them.
/// </summary>
internal static class LogFrame
{
    public const int PageSize = 8192;
    public const int HeaderSize = 32;
    public const int Size = HeaderSize + PageSize;

    /// <summary>Where LiteDB notes in a page that it is the last one of a transaction.</summary>
    private const int ConfirmedAt = HeaderSize + 18;

    /// <summary>Completes a frame whose page is in place. Returns its checksum.</summary>
    public static ulong Seal(Span<byte> frame, ulong generation, uint number, uint synced, ulong previous)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(frame[8..], generation);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[16..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[20..], synced);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[24..], previous);
        var checksum = XxHash3.HashToUInt64(frame[8..]);
        BinaryPrimitives.WriteUInt64LittleEndian(frame, checksum);
        return checksum;
    }

    /// <summary>Returns whether it is whole and the one of that number in that generation.</summary>
    public static bool IsSound(ReadOnlySpan<byte> frame, ulong generation, uint number) =>
        Generation(frame) == generation
        && BinaryPrimitives.ReadUInt32LittleEndian(frame[16..]) == number
        && IsWhole(frame);

    /// <summary>Returns whether it is what was written, whatever it belongs to.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> frame) => XxHash3.HashToUInt64(frame[8..]) == Checksum(frame);

    public static ulong Generation(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt64LittleEndian(frame[8..]);

    public static ulong Checksum(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt64LittleEndian(frame);

    /// <summary>Returns how many frames before it were on the disk when it was written.</summary>
    public static uint Synced(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt32LittleEndian(frame[20..]);

    public static ulong Previous(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt64LittleEndian(frame[24..]);

    public static Span<byte> Page(Span<byte> frame) => frame[HeaderSize..];

    /// <summary>Returns whether a transaction ends with it.</summary>
    public static bool EndsTransaction(ReadOnlySpan<byte> frame) => frame[ConfirmedAt] != 0;
}
