using ControlPlane.Benchmarks.Processes;
using ControlPlane.Testing.Postgres;

namespace ControlPlane.Benchmarks.Load;

/// <summary>Servers on one store of an engine: one on a file, or some nodes on a database of a PostgreSQL that nobody else uses.</summary>
internal sealed class ServerGroup : IAsyncDisposable
{
    private readonly List<Workspace> _workspaces = [];
    private readonly List<MeasuredServer> _servers = [];
    private readonly List<ServerClients> _clients = [];
    private PostgresServer? _database;

    private ServerGroup(string name) => Name = name;

    /// <summary>What it is called in reports.</summary>
    public string Name { get; }

    /// <summary>Clients of each server.</summary>
    public IReadOnlyList<ServerClients> Clients => _clients;

    /// <summary>Where the database is; null if there is none.</summary>
    public string? ConnectionString { get; private set; }

    /// <summary>The CPU time that the servers have used, without the database's.</summary>
    public TimeSpan CpuTime => new(_servers.Sum(server => server.CpuTime.Ticks));

    /// <summary>Starts one server on a file.</summary>
    public static async Task<ServerGroup> StartAsync(Bench bench, string name, string provider, string trustedPem)
    {
        var group = new ServerGroup(name);
        await group.GuardAsync(() => group.AddAsync(bench, provider, trustedPem, null));
        return group;
    }

    /// <summary>Starts a PostgreSQL and nodes on it.</summary>
    public static async Task<ServerGroup> StartNodesAsync(Bench bench, string name, int nodes, string trustedPem)
    {
        var group = new ServerGroup(name) { _database = await PostgresServer.StartAsync() };
        await group.GuardAsync(async () =>
        {
            group.ConnectionString = await group._database.CreateDatabaseAsync();
            for (var i = 0; i < nodes; i++)
            {
                await group.AddAsync(bench, null, trustedPem, PostgresSettings.For(group.ConnectionString));
            }
        });
        return group;
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(each => each.Dispose());
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        _workspaces.ForEach(workspace => workspace.Dispose());
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    private async Task AddAsync(Bench bench, string? provider, string trustedPem, IReadOnlyDictionary<string, string>? settings)
    {
        var workspace = new Workspace(bench.Settings.Folder, provider);
        _workspaces.Add(workspace);
        var server = await MeasuredServer.StartAsync(workspace, trustedPem, bench.Cancellation, settings);
        _servers.Add(server);
        _clients.Add(server.Connect());
    }

    private async Task GuardAsync(Func<Task> start)
    {
        try
        {
            await start();
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }
}
