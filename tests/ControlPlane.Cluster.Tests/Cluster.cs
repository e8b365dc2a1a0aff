using ControlPlane.Testing;
using ControlPlane.Testing.Postgres;

namespace ControlPlane.Cluster.Tests;

/// <summary>Server processes on one database, and a receiver.</summary>
public sealed class Cluster : IAsyncDisposable
{
    private readonly List<ServerProcess> _nodes = [];

    private Cluster(PostgresServer database, HttpsReceiver receiver) => (Database, Receiver) = (database, receiver);

    public PostgresServer Database { get; }

    /// <summary>How to reach the database that the nodes share.</summary>
    public string Connection { get; private set; } = "";

    public HttpsReceiver Receiver { get; }

    public IReadOnlyList<ServerProcess> Nodes => _nodes;

    /// <summary>Starts so many nodes together, on a new database.</summary>
    /// <param name="nodes">How many.</param>
    /// <param name="reach">Gets the number of a node and how to reach the database; returns how that node does.</param>
    /// <param name="prepare">Does something to the database before there is a node.</param>
    public static async Task<Cluster> StartAsync(int nodes, Func<int, string, string> reach, Func<PostgresServer, string, Task> prepare)
    {
        var cluster = new Cluster(await PostgresServer.StartAsync(), await HttpsReceiver.StartAsync());
        try
        {
            var database = cluster.Connection = await cluster.Database.CreateDatabaseAsync();
            await prepare(cluster.Database, database);
            for (var i = 0; i < nodes; i++)
            {
                var connection = reach(i, database);
                cluster._nodes.Add(ServerProcess.Create(cluster.Receiver, setup => setup.Share(connection)));
            }

            await Task.WhenAll(cluster._nodes.Select(node => node.StartAsync()));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets the nodes complain of what a test does to them.</summary>
    public void ExpectComplaints() => _nodes.ForEach(node => node.Log.Expect(""));

    public async ValueTask DisposeAsync()
    {
        // One that complains must not keep the others from being ended.
        var ending = Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
        await ending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Receiver.DisposeAsync();
        await Database.DisposeAsync();
        await ending;
    }
}
