namespace ControlPlane.Storage.Sqlite.Tests;

/// <summary>A disk that is full for a while.</summary>
public sealed class UnavailableStoreTests : SqliteTests
{
    private static Task<bool> SetAsync(SqliteDatabase database, string pragma) => database.WriteAsync(
        session =>
        {
            // The setting belongs to the connection and survives the transaction.
            session.Connection.ReadText(pragma);
            return true;
        },
        Cancel);

    private static Task<bool> AddLargeTenantAsync(SqliteDatabase database, string id) => database.WriteAsync(
        session => TenantRows.Create(session, new TenantRecord { Id = id, Name = new string('x', 100_000) }) == TenantWrite.Done, Cancel);

    [Fact]
    public async Task Write_DiskFull_IsUnavailableUntilThereIsRoom()
    {
        var database = Open();
        await SetAsync(database, "PRAGMA max_page_count = 1");

        var writes = Enumerable.Range(0, 20).Select(i => AddLargeTenantAsync(database, $"ten_{i}")).ToList();
        foreach (var write in writes)
        {
            Assert.True((await Assert.ThrowsAsync<StorageUnavailableException>(() => write)).NoRoom);
        }

        Assert.Equal(["default"], await ListTenantsAsync(database));
        await SetAsync(database, "PRAGMA max_page_count = 1000000");
        Assert.True(await AddLargeTenantAsync(database, "ten_0"));
        Assert.Equal(["ten_0", "default"], await ListTenantsAsync(database));
        Assert.Equal("ok", await database.ReadAsync(c => c.ReadText("PRAGMA integrity_check"), Cancel));
    }
}
