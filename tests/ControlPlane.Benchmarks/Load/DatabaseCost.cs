using ControlPlane.Testing.Postgres;

namespace ControlPlane.Benchmarks.Load;

/// <summary>What a PostgreSQL database has done since it was made.</summary>
/// <param name="LogBytes">What it wrote to its log.</param>
/// <param name="StoredBytes">How large it is.</param>
/// <param name="Transactions">How many it committed, reads among them.</param>
internal readonly record struct DatabaseCost(double LogBytes, double StoredBytes, double Transactions)
{
    public static DatabaseCost operator -(DatabaseCost one, DatabaseCost other) => new(
        one.LogBytes - other.LogBytes, one.StoredBytes - other.StoredBytes, one.Transactions - other.Transactions);

    public static async Task<DatabaseCost> ReadAsync(string connectionString) => new(
        await PostgresServer.ReadNumberAsync("pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')", connectionString),
        await PostgresServer.ReadNumberAsync("pg_database_size(current_database())", connectionString),
        await PostgresServer.ReadNumberAsync("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()", connectionString));
}
