namespace ControlPlane.Storage.Postgres;

/// <summary>
/// Ends sessions of nodes that froze, or were cut off, while they sent the statements of a transaction. Such a session keeps its locks, the
/// counters' among them, for which every node waits. The database does not see it: the session is not idle in its transaction, no
/// statement of it runs, and the system of a frozen process goes on acknowledging packets.
/// </summary>
internal static class FrozenSessions
{
    // Longer than any node takes to send a script whose statements are all made.
    private const string End =
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND usename = current_user AND application_name = current_setting('application_name')
          AND state = 'active' AND wait_event = 'ClientRead' AND state_change < clock_timestamp() - interval '4 seconds'
        """;

    /// <summary>Ends those there are now.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    public static Task EndAsync(Database database, CancellationToken cancellationToken) =>
        database.ListAsync(End, row => row.GetBoolean(0), cancellationToken);
}
