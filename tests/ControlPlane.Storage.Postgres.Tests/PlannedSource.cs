using ControlPlane.Storage.Compliance;
using ControlPlane.Testing.Postgres;

namespace ControlPlane.Storage.Postgres.Tests;

/// <summary>A store on a server of its own that logs the plan of every statement.</summary>
public sealed class PlannedSource : StoreSource
{
    private PostgresServer? _server;
    private string? _database;

    public override async Task<StorageEngine> OpenAsync(TimeProvider clock)
    {
        _server ??= await PostgresServer.StartAsync(
            "fsync=off", "log_min_messages=log", "session_preload_libraries=auto_explain", "auto_explain.log_min_duration=0",
            "auto_explain.log_nested_statements=on");
        _database ??= await _server.CreateDatabaseAsync();
        return await PostgresStorage.OpenAsync(new PostgresStorageOptions { ConnectionString = _database, TimeProvider = clock, DropsDays = false });
    }

    /// <summary>What was logged; null if the server is not one of the tests' own.</summary>
    public Task<string?> ReadLogAsync() => _server!.ReadLogAsync();

    /// <summary>Runs statements in the database.</summary>
    public Task ExecuteAsync(string sql) => _server!.ExecuteAsync(sql, _database);

    public override Task<ICopySource> OpenSourceAsync(TimeProvider clock) => throw new NotSupportedException();

    public override Task<ICopyTarget> OpenTargetAsync(TimeProvider clock) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DropDatabaseAsync(_database!);
            await _server.DisposeAsync();
        }
    }
}
