namespace ControlPlane.Storage.LiteDb.Tests;

/// <summary>A file that can be told to fail.</summary>
internal sealed class FailingFile(IStoreFile file) : IStoreFile
{
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;

    public bool FailsToWrite { get; set; }

    public bool IsReadOnly { get; set; }

    public bool FailsToSync { get; set; }

    /// <summary>How many bytes can still be written; then it is full.</summary>
    public long Room { get; set; } = long.MaxValue;

    public long Length => file.Length;

    public bool TryRead(long position, Span<byte> buffer) => file.TryRead(position, buffer);

    public void Write(long position, ReadOnlySpan<byte> bytes)
    {
        if (IsReadOnly)
        {
            throw new IOException("Read-only file system", ReadOnlyFileSystem);
        }

        if (FailsToWrite || bytes.Length > Room)
        {
            file.Write(position, bytes[..(int)Math.Min(bytes.Length / 2, Math.Max(0, Room))]);
            throw new IOException("No space left on device", NoSpace);
        }

        Room -= bytes.Length;
        file.Write(position, bytes);
    }

    public void SetLength(long length) => file.SetLength(length);

    public void Sync()
    {
        if (FailsToSync)
        {
            throw new IOException("Input/output error", 5);
        }

        file.Sync();
    }

    public void Dispose() => file.Dispose();
}
