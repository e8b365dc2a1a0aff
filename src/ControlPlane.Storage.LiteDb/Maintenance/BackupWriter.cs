using ControlPlane.Storage.Embedded;
using LiteDB;
using LiteDB.Engine;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// Writes copies of the store: the log is copied into the data file and cut, and until the copy is made nothing more is. So the data
/// file stays as it is, a whole store, while the log takes everything that is written meanwhile.
/// </summary>
internal static class BackupWriter
{
    private const int AtOnce = 128 * LogFrame.PageSize;

    /// <summary>Writes a copy and syncs it, under the name that says that it is not complete; then checks it and gives it its name.</summary>
    public static BackupResult Write(LiteDbDatabase database, string path, CancellationToken cancellationToken)
    {
        var partial = path + IFileBackup.PartialSuffix;
        try
        {
            if (File.Exists(path))
            {
                return new BackupResult.Exists();
            }

            File.Delete(partial);
            PrivateFiles.Create(partial);
            using (database.Checkpointer.Hold())
            {
                Copy(database.Data, partial, cancellationToken);
            }

            var done = Verify(partial);
            File.Move(partial, path);
            DirectorySync.Flush(Path.GetDirectoryName(path)!);
            return done;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static void Copy(DataStream data, string path, CancellationToken cancellationToken)
    {
        using var copy = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var buffer = new byte[AtOnce];
        var end = data.Length;
        for (var position = 0L; position < end; position += buffer.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var pages = buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - position));
            data.ReadAt(position, pages);
            copy.Write(pages);
        }

        copy.Flush(flushToDisk: true);
    }

    private static BackupResult.Done Verify(string path)
    {
        using var engine = new LiteEngine(new EngineSettings { Filename = path, ReadOnly = true, Collation = Collation.Binary });
        var documents = new DocumentStore(engine);
        foreach (var collection in Collections.All)
        {
            using var rows = documents.Within(collection, BsonValue.MinValue, BsonValue.MaxValue);
            while (rows.Step())
            {
            }
        }

        return new BackupResult.Done(new FileInfo(path).Length, Counters.Load(documents).Revision);
    }
}
