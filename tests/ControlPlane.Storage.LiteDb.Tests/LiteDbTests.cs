using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Storage.LiteDb.Tests;

/// <summary>A store opened so that its insides can be seen.</summary>
public abstract class LiteDbTests : IAsyncDisposable
{
    private readonly LiteDbSource _source = new();
    private readonly List<LiteDbDatabase> _opened = [];

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

    private protected LiteDbDatabase Open(int checkpointPages = 2_048, Func<string, IStoreFile>? openFile = null)
    {
        var options = new LiteDbStorageOptions { Path = StorePath, TimeProvider = Clock, CheckpointPages = checkpointPages };
        var database = LiteDbStorage.OpenDatabase(openFile is null ? options : options with { OpenFile = openFile });
        _opened.Add(database);
        return database;
    }

    /// <summary>The message of a refusal to open: one line that names the file.</summary>
    protected static async Task<string> ReadRefusalAsync(string path)
    {
        var refusal = await Assert.ThrowsAsync<StorageOpenException>(
            () => LiteDbStorage.OpenAsync(new LiteDbStorageOptions { Path = path }, Cancel));
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        return refusal.Message;
    }

    /// <summary>Adds a tenant: one small write.</summary>
    private protected static Task<bool> AddTenantAsync(LiteDbDatabase database, string id) => database.WriteAsync(
        session => TenantDocuments.Create(session, new TenantRecord { Id = id }) == TenantWrite.Done, Cancel);

    private protected static async Task<IEnumerable<string>> ListTenantsAsync(LiteDbDatabase database)
    {
        var page = await database.ReadAsync(documents => TenantDocuments.List(documents, null, 10_000), Cancel);
        return page.Items.Select(tenant => tenant.Id);
    }
}
