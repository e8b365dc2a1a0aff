namespace ControlPlane.Storage.LiteDb;

/// <summary>A file of the store. Reads can come from any thread; writes come from one at a time.</summary>
internal interface IStoreFile : IDisposable
{
    long Length { get; }

    /// <summary>Fills the buffer from a position; false if the file ends before that.</summary>
    bool TryRead(long position, Span<byte> buffer);

    void Write(long position, ReadOnlySpan<byte> bytes);

    void SetLength(long length);

    /// <summary>Returns when everything written is on the disk.</summary>
    void Sync();
}
