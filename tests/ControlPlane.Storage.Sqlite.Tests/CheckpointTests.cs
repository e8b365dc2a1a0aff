namespace ControlPlane.Storage.Sqlite.Tests;

/// <summary>The write-ahead log under steady writing, and after the store is closed.</summary>
public sealed class CheckpointTests : SqliteTests
{
    [Fact]
    public async Task Write_Steadily_LogStartsOver()
    {
        var database = Open();
        var name = new string('x', 500_000);
        var frames = new List<int>();

        // 150 MB in all: the log would grow to that if it never started over.
        for (var i = 0; i < 300; i++)
        {
            await database.WriteAsync(
                session => TenantRows.Create(session, new TenantRecord { Id = $"ten_{i}", Name = name }), Cancel);
            frames.Add(await database.WriteAsync(session => session.Connection.WalFrames, Cancel));
        }

        Assert.Contains(frames.Zip(frames.Skip(1)), pair => pair.Second < pair.First);
        Assert.InRange(frames.Max(), 8_192, 30_000);
        Assert.Equal(301, (await ListTenantsAsync(database)).Count());
    }

    [Fact]
    public async Task Close_Store_LeavesOneFileBesideTheLock()
    {
        var database = Open();
        await AddTenantAsync(database, "ten_1");

        await database.DisposeAsync();

        Assert.Equal(
            ["store.db", "store.db.lock"], Directory.GetFiles(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
