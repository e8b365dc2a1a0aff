using ControlPlane.Storage.Embedded;
using Microsoft.Win32.SafeHandles;

namespace ControlPlane.Storage.LiteDb;

/// <summary>A file on the disk, made if there is none, readable by its owner only.</summary>
internal sealed class DiskFile : IStoreFile
{
    private readonly SafeFileHandle _handle;

    public DiskFile(string path)
    {
        PrivateFiles.Create(path);
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

    public void Write(long position, ReadOnlySpan<byte> bytes) => RandomAccess.Write(_handle, bytes, position);

    public void SetLength(long length) => RandomAccess.SetLength(_handle, length);

    public void Sync() => RandomAccess.FlushToDisk(_handle);

    public void Dispose() => _handle.Dispose();
}
