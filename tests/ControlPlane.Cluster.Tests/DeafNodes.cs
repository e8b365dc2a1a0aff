using ControlPlane.Testing.Postgres;

namespace ControlPlane.Cluster.Tests;

/// <summary>Two nodes that never hear of each other, since everything that they notify is lost.</summary>
public sealed class DeafNodes : TwoNodes
{
    /// <summary>What nodes call to notify does nothing in this database.</summary>
    private const string Lose =
        """
        ALTER FUNCTION pg_catalog.pg_notify(text, text) RENAME TO pg_notify_once;
        CREATE FUNCTION pg_catalog.pg_notify(text, text) RETURNS void LANGUAGE sql AS '';
        """;

    public static Task LoseAsync(PostgresServer server, string database) => server.ExecuteAsync(Lose, database);

    protected override Task PrepareAsync(PostgresServer server, string database) => LoseAsync(server, database);
}
