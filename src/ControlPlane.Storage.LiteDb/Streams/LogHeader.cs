using System.Buffers.Binary;
using System.IO.Hashing;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// The beginning of the log: which generation its frames are of. To cut the log is to begin the next generation: what is left of the
/// last one counts for nothing from then on. There are two places for it, which take turns, so that one is whole whatever happens
/// while the other is written.
/// </summary>
internal static class LogHeader
{
    /// <summary>Where the frames begin.</summary>
    public const int Size = 8192;

    private const int Place = 4096;
    private const int Length = 24;
    private const ulong Magic = 0x31474F4C50434857; // "WHCPLOG1"

    /// <summary>Returns the generation of a log; 0 if it was never begun.</summary>
    /// <exception cref="DamagedStoreException">It was begun, and neither place can be read.</exception>
    public static ulong Read(IStoreFile file)
    {
        var generation = Math.Max(ReadPlace(file, 0), ReadPlace(file, 1));
        return generation != 0 || file.Length <= Size ? generation : throw new DamagedStoreException("the beginning of its log cannot be read");
    }

    /// <summary>Writes and syncs the beginning of a generation.</summary>
    public static void Begin(IStoreFile file, ulong generation)
    {
        Span<byte> header = stackalloc byte[Length];
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], generation);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], XxHash3.HashToUInt64(header[..16]));
        file.Write((long)(generation % 2) * Place, header);
        file.Sync();
    }

    private static ulong ReadPlace(IStoreFile file, int place)
    {
        Span<byte> header = stackalloc byte[Length];
        return file.TryRead(place * Place, header)
            && BinaryPrimitives.ReadUInt64LittleEndian(header) == Magic
            && BinaryPrimitives.ReadUInt64LittleEndian(header[16..]) == XxHash3.HashToUInt64(header[..16])
                ? BinaryPrimitives.ReadUInt64LittleEndian(header[8..])
                : 0;
    }
}
