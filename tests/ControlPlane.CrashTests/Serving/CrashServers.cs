using ControlPlane.CrashTests.Ledger;
using ControlPlane.CrashTests.Load;
using ControlPlane.Testing;
using ControlPlane.Testing.Postgres;
using Npgsql;
using Xunit.Sdk;

namespace ControlPlane.CrashTests.Serving;

/// <summary>The nodes of a run: one on a file of its own, or several on one database.</summary>
internal sealed class CrashServers : IAsyncDisposable
{
    private const string Sessions =
        "SELECT client_port FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'controlplane' AND client_port > 0";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly List<Life> _lives = [];
    private readonly PostgresServer? _postgres;
    private readonly List<CrashServer> _nodes;

    private CrashServers(string authorityPem, int nodes, PostgresServer? postgres, string? database)
    {
        (_postgres, Database) = (postgres, database);
        _nodes = [.. Enumerable.Range(0, nodes).Select(_ => new CrashServer(authorityPem, _lives, database))];
    }

    /// <summary>How to reach what they share; null if there is one node.</summary>
    public string? Database { get; }

    public bool IsCluster => Database is not null;

    public IReadOnlyList<CrashServer> Nodes => _nodes;

    /// <summary>All that were started.</summary>
    public IEnumerable<CrashServer> Started => _nodes.Where(node => node.IsStarted);

    /// <summary>All lives of all nodes, by number from 1 on.</summary>
    public IReadOnlyList<Life> Lives => _lives;

    public static async Task<CrashServers> CreateAsync(string authorityPem, int nodes)
    {
        if (nodes == 1)
        {
            return new(authorityPem, nodes, null, null);
        }

        var postgres = await PostgresServer.StartAsync();
        return new(authorityPem, nodes, postgres, await postgres.CreateDatabaseAsync());
    }

    /// <summary>Starts those that do not run, in peace.</summary>
    public Task StartAsync() => Task.WhenAll(_nodes.Where(node => !node.IsStarted).Select(node => node.StartAsync(null)));

    /// <summary>Stops all in an orderly way.</summary>
    public Task StopAsync() => Task.WhenAll(Started.Select(node => node.StopAsync()).ToList());

    /// <summary>Clients of those that were started: with the platform's key unless another is given.</summary>
    public NodeClients Connect(string key = ServerSetup.PlatformKey) => new([.. Started.Select(node => node.Connect(key))]);

    /// <summary>The life that has, or had, the other end of a connection.</summary>
    /// <param name="port">The port of that end.</param>
    /// <param name="target">The port of this end.</param>
    public int LifeOf(int port, int target)
    {
        if (!IsCluster)
        {
            return _lives.Count;
        }

        var socket = LocalSockets.Find(port, target);
        return (_nodes.Find(node => socket is not null && node.ProcessId is { } id && LocalSockets.IsOf(id, socket))?.Life ?? LastEnded).Number;
    }

    /// <summary>Waits until the database has ended the sessions of dead nodes: until then one of them can be about to commit.</summary>
    public async Task ForgottenAsync()
    {
        var target = new NpgsqlConnectionStringBuilder(Database).Port;
        var clock = TimeProvider.System;
        await using var connection = new NpgsqlConnection(Database + ";Pooling=false");
        await connection.OpenAsync();
        for (var started = clock.GetTimestamp(); (await PortsAsync(connection)).Any(port => LocalSockets.Find(port, target) is null);)
        {
            Assert.True(clock.GetElapsedTime(started) < Eventually.Limit, "The database keeps sessions of a dead node.");
            await Task.Delay(Pause, clock);
        }
    }

    /// <summary>One that is killed has nothing to say about it; one that recovers, or sees another one go, logs no error.</summary>
    public void CheckLogs(Violations violations)
    {
        foreach (var node in _nodes)
        {
            try
            {
                node.Log.AssertClean();
            }
            catch (XunitException e)
            {
                violations.Add(e.Message);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }
    }

    private Life LastEnded => _nodes.Find(node => node.IsStarted && node.ProcessId is null)?.Life ?? _lives.MaxBy(life => life.Ended)!;

    private static async Task<IReadOnlyList<int>> PortsAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Sessions, connection);
        await using var rows = await command.ExecuteReaderAsync();
        var ports = new List<int>();
        while (await rows.ReadAsync())
        {
            ports.Add(rows.GetInt32(0));
        }

        return ports;
    }
}
