namespace ControlPlane.Storage.Sqlite;

/// <summary>What says that a store is an unfinished copy.</summary>
internal static class CopyMarks
{
    private static readonly Sql Select = new("SELECT copy_mark FROM meta");
    private static readonly Sql Update = new("UPDATE meta SET copy_mark = ?");
    private static readonly Sql Identify = new("UPDATE meta SET store_id = ?");
    private static readonly Sql DeleteTenants = new("DELETE FROM tenants");

    public static string? Find(Connection connection)
    {
        using var row = connection.Use(Select);
        row.Step();
        return row.TextOrNull(0);
    }

    public static bool Save(WriteSession session, string? mark)
    {
        session.Use(Update).Bind(mark).Run();
        return true;
    }

    /// <summary>Makes an empty store into the beginning of a copy.</summary>
    public static bool Begin(WriteSession session, StoreSummary source, string mark)
    {
        session.Use(DeleteTenants).Run();
        session.Use(Identify).Bind(source.StoreId).Run();
        session.Counters.Revision = source.Revision;
        session.Counters.RevisionFloor = source.RevisionFloor;
        session.Counters.ChangeDisorder = source.ChangeDisorder.Ticks / TimeSpan.TicksPerMicrosecond;
        return Save(session, mark);
    }
}
