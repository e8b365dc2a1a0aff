namespace ControlPlane.Storage.Sqlite;

/// <summary>Looks for damage in a database file.</summary>
internal static class Soundness
{
    private const string Sound = "ok";
    private static readonly Sql Full = new("PRAGMA integrity_check(100)");

    /// <summary>Reads every page, and every index against its table; answers what is wrong.</summary>
    public static IReadOnlyList<string> Check(Connection connection)
    {
        var findings = new List<string>();
        using var rows = connection.Use(Full);
        while (rows.Step())
        {
            if (rows.Text(0) is not Sound and var finding)
            {
                findings.Add(finding);
            }
        }

        return findings;
    }
}
