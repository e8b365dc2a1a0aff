using ControlPlane.Storage.Embedded;
using Microsoft.Win32.SafeHandles;

namespace ControlPlane.Storage.LiteDb;

/// <summary>A file on the disk, made if there is none, readable by its owner only.</summary>
internal sealed class DiskFile : IStoreFile
{
    private const int TooLarge = 27;
    private readonly SafeFileHandle _handle;
    private readonly string _name;

    public DiskFile(string path)
    {
        PrivateFiles.Create(path);
        _name = path.EndsWith("-log", StringComparison.Ordinal) ? "log" : path.EndsWith("-sums", StringComparison.Ordinal) ? "sums" : "data";
        _handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    public long Length => RandomAccess.GetLength(_handle);

    public bool TryRead(long position, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var read = RandomAccess.Read(_handle, buffer, position);
            if (read == 0)
            {
                return false;
            }

            buffer = buffer[read..];
            position += read;
        }

        return true;
    }

    public void Write(long position, ReadOnlySpan<byte> bytes)
    {
        if (!StoreFileEvents.Log.IsEnabled())
        {
            WriteAll(position, bytes);
            return;
        }

        StoreFileEvents.Log.Writing(_name);
        var half = bytes.Length / 2;
        WriteAll(position, bytes[..half]);
        StoreFileEvents.Log.HalfWritten(_name);
        WriteAll(position + half, bytes[half..]);
    }

    public void SetLength(long length) => RandomAccess.SetLength(_handle, length);

    public void Sync()
    {
        StoreFileEvents.Log.Syncing(_name);
        RandomAccess.FlushToDisk(_handle);
        StoreFileEvents.Log.Synced(_name);
    }

    private void WriteAll(long position, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, position);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            // What the base library makes of a file that may not become larger.
            throw new IOException(exception.Message, TooLarge);
        }
    }

    public void Dispose() => _handle.Dispose();
}
