namespace ControlPlane.Storage.Sqlite;

/// <summary>How attempts ended, of webhooks and tenants.</summary>
internal static class StatsRows
{
    internal static readonly Sql FindMinute = new("SELECT counts FROM stats_minutes WHERE minute = ? AND owner = ?");
    internal static readonly Sql FindHour = new("SELECT counts FROM stats_hours WHERE hour = ? AND owner = ?");
    private static readonly Sql SaveMinute = new("INSERT OR REPLACE INTO stats_minutes VALUES (?, ?, ?)");

    public static byte[]? Find(Connection connection, long minute, long owner) => Find(connection, FindMinute, minute, owner);

    /// <summary>Counts an attempt for its webhook and its tenant, unless they were deleted; stored by <see cref="Flush"/>.</summary>
    public static void Note(WriteSession session, DeliveryRecord completed)
    {
        if (session.Refs.FindTenant(completed.TenantId) is not { } tenant)
        {
            return;
        }

        session.Minute.Note(-tenant.Seq, completed, completed.UpdateTime);
        if (session.Refs.FindReceiver(tenant.Seq, completed.WebhookId) is { } webhook)
        {
            session.Minute.Note(webhook.Seq, completed, completed.UpdateTime);
        }
    }

    public static void Flush(WriteSession session)
    {
        foreach (var entry in session.Minute.TakeChanged())
        {
            session.Use(SaveMinute).Bind(entry.Minute).Bind(entry.Owner).Bind(entry.Store()).Run();
        }
    }

    public static byte[]? Find(Connection connection, Sql sql, long number, long owner)
    {
        using var row = connection.Use(sql).Bind(number).Bind(owner);
        return row.Step() ? row.BlobOrNull(0) : null;
    }
}
