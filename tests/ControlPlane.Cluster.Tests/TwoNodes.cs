using ControlPlane.Testing.Postgres;

namespace ControlPlane.Cluster.Tests;

/// <summary>Two nodes for all tests of a class, each of which works in a tenant of its own.</summary>
public class TwoNodes : IAsyncLifetime
{
    public Cluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await Cluster.StartAsync(2, (_, database) => database, PrepareAsync);

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    /// <summary>Does something to the database before there is a node.</summary>
    protected virtual Task PrepareAsync(PostgresServer server, string database) => Task.CompletedTask;
}
