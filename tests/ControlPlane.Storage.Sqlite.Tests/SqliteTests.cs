using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Storage.Sqlite.Tests;

/// <summary>A store opened so that its insides can be seen.</summary>
public abstract class SqliteTests : IAsyncDisposable
{
    private readonly SqliteSource _source = new();
    private readonly List<SqliteDatabase> _opened = [];

    protected FakeTimeProvider Clock { get; } = new();

    protected string Folder => _source.Folder;

    protected string StorePath => _source.File;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await CloseAllAsync();
        await _source.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected async Task CloseAllAsync()
    {
        foreach (var database in _opened)
        {
            await database.DisposeAsync();
        }
    }

    private protected SqliteDatabase Open()
    {
        var database = SqliteStorage.OpenDatabase(new SqliteStorageOptions { Path = StorePath, TimeProvider = Clock });
        _opened.Add(database);
        return database;
    }

    /// <summary>The message of a refusal to open: one line that names the file.</summary>
    protected static async Task<string> ReadRefusalAsync(string path)
    {
        var refusal = await Assert.ThrowsAsync<StorageOpenException>(
            () => SqliteStorage.OpenAsync(new SqliteStorageOptions { Path = path }, Cancel));
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        return refusal.Message;
    }

    /// <summary>Adds a tenant: one small write.</summary>
    private protected static Task<bool> AddTenantAsync(SqliteDatabase database, string id) => database.WriteAsync(
        session => TenantRows.Create(session, new TenantRecord { Id = id }) == TenantWrite.Done, Cancel);

    private protected static async Task<IEnumerable<string>> ListTenantsAsync(SqliteDatabase database)
    {
        var page = await database.ReadAsync(connection => TenantRows.List(connection, null, 10_000), Cancel);
        return page.Items.Select(tenant => tenant.Id);
    }
}
