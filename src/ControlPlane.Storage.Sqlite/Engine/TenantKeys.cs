namespace ControlPlane.Storage.Sqlite;

/// <summary>Finds tenants' numbers and configuration versions.</summary>
internal static class TenantKeys
{
    private static readonly Sql SeqById = new("SELECT seq FROM tenants WHERE id = ?");
    private static readonly Sql ConfigById = new("SELECT seq, config_version FROM tenants WHERE id = ? AND delete_time IS NULL");
    private static readonly Sql BumpConfig = new("UPDATE tenants SET config_version = config_version + 1 WHERE seq = ?");

    private static readonly Sql NextNumber = new(
        "UPDATE tenants SET webhook_number = webhook_number + 1 WHERE seq = ? RETURNING webhook_number");

    /// <summary>Takes the number of the tenant's next webhook.</summary>
    public static long NextWebhookNumber(WriteSession session, long seq)
    {
        using var row = session.Use(NextNumber).Bind(seq);
        row.Step();
        return row.Long(0);
    }

    /// <summary>A tenant's seq, deleted or not.</summary>
    public static long? FindSeq(Connection connection, string id)
    {
        using var row = connection.Use(SeqById).Bind(id);
        return row.Step() ? row.Long(0) : null;
    }

    /// <summary>A tenant's seq and configuration version, unless it is deleted.</summary>
    public static (long Seq, long ConfigVersion)? FindConfig(Connection connection, string id)
    {
        using var row = connection.Use(ConfigById).Bind(id);
        return row.Step() ? (row.Long(0), row.Long(1)) : null;
    }

    /// <summary>Says that something changed that publishes depend on.</summary>
    public static void Bump(WriteSession session, long seq)
    {
        session.Use(BumpConfig).Bind(seq).Run();
        session.Refs.Clear();
    }
}
