using ControlPlane.Benchmarks.Processes;
using ControlPlane.Storage.Postgres;
using ControlPlane.Testing.Postgres;

namespace ControlPlane.Benchmarks.Filling;

/// <summary>A store that is filled before a server opens it: a file, or a database on a PostgreSQL that nobody else uses.</summary>
internal sealed class MeasuredStore : IAsyncDisposable
{
    private readonly Workspace _workspace;
    private readonly PostgresServer? _database;
    private readonly string? _connectionString;

    private MeasuredStore(Workspace workspace, PostgresServer? database, string? connectionString) =>
        (_workspace, _database, _connectionString) = (workspace, database, connectionString);

    /// <summary>Where and how, in a few words.</summary>
    public string Description => _database is null
        ? "a file in the system's cache"
        : $"PostgreSQL with {string.Join(", ", DatabaseSettings)}, the rest as it comes, files in the system's cache";

    private static string[] DatabaseSettings => ["shared_buffers=1GB", "max_wal_size=4GB"];

    /// <summary>Makes an empty one for the engine that was asked for.</summary>
    public static async Task<MeasuredStore> CreateAsync(Bench bench)
    {
        if (bench.Settings.Provider != PostgresStorage.Provider)
        {
            return new(bench.OpenWorkspace(), null, null);
        }

        var database = await PostgresServer.StartAsync(DatabaseSettings);
        return new(bench.OpenWorkspace(), database, await database.CreateDatabaseAsync());
    }

    /// <summary>Starts a server on it, with settings besides those of the store.</summary>
    public Task<MeasuredServer> StartServerAsync(
        CancellationToken cancellationToken, string? trustedPem = null, IReadOnlyDictionary<string, string>? settings = null)
    {
        var all = _connectionString is null ? [] : PostgresSettings.For(_connectionString);
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            all[name] = value;
        }

        return MeasuredServer.StartAsync(_workspace, trustedPem, cancellationToken, all);
    }

    /// <summary>Opens it to be filled, while no server is on it.</summary>
    public async Task<IStoreFiller> OpenFillerAsync(CancellationToken cancellationToken) => _connectionString is null
        ? await StoreFiller.OpenAsync(MeasuredServer.StorePath(_workspace), cancellationToken)
        : await PostgresFiller.OpenAsync(_connectionString, cancellationToken);

    /// <summary>How large it is, in MB (1,000,000 bytes), without logs.</summary>
    public async Task<double> ReadMegabytesAsync() => _connectionString is null
        ? new FileInfo(MeasuredServer.StorePath(_workspace)).Length / 1e6
        : await PostgresServer.ReadNumberAsync("pg_database_size(current_database())", _connectionString) / 1e6;

    public async ValueTask DisposeAsync()
    {
        _workspace.Dispose();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }
}
