using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.Postgres.Tests;

/// <summary>A store in a database of its own.</summary>
public sealed class PostgresSource : StoreSource
{
    private string? _database;

    /// <summary>How to reach the database; there once the store was opened.</summary>
    public string Database => _database!;

    public override Task<StorageEngine> OpenAsync(TimeProvider clock) => OpenAsync(clock, options => options);

    /// <summary>Opens the store with other options than by default.</summary>
    public async Task<StorageEngine> OpenAsync(TimeProvider clock, Func<PostgresStorageOptions, PostgresStorageOptions> configure)
    {
        _database ??= await TestDatabases.CreateAsync();
        return await PostgresStorage.OpenAsync(
            configure(new PostgresStorageOptions { ConnectionString = _database, TimeProvider = clock, DropsDays = false }));
    }

    public override Task<ICopySource> OpenSourceAsync(TimeProvider clock) =>
        PostgresStorage.OpenSourceAsync(new PostgresStorageOptions { ConnectionString = Database, TimeProvider = clock });

    public override async Task<ICopyTarget> OpenTargetAsync(TimeProvider clock)
    {
        _database ??= await TestDatabases.CreateAsync();
        return await PostgresStorage.OpenTargetAsync(new PostgresStorageOptions { ConnectionString = _database, TimeProvider = clock });
    }

    /// <summary>Runs statements in the database.</summary>
    public Task ExecuteAsync(string sql) => TestDatabases.Server.ExecuteAsync(sql, _database);

    public override async ValueTask DisposeAsync()
    {
        if (_database is not null)
        {
            await TestDatabases.Server.DropDatabaseAsync(_database);
        }
    }
}
