namespace ControlPlane.Benchmarks.Processes;

/// <summary>How a server is to use a PostgreSQL database.</summary>
internal static class PostgresSettings
{
    /// <summary>The settings of a server, each of which must have the same.</summary>
    public static Dictionary<string, string> For(string connectionString) => new()
    {
        ["ControlPlane__Storage__Provider"] = "postgres",
        ["ControlPlane__Storage__ConnectionString"] = connectionString,
        ["ControlPlane__Secrets__MasterKey"] = Convert.ToBase64String(new byte[32]),
    };
}
