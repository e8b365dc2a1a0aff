namespace ControlPlane.Storage.Sqlite;

/// <summary>Which dead letters are kept however old they are: of each webhook that was not deleted the last ones.</summary>
internal sealed class DeadLetters(Connection connection, int kept)
{
    /// <summary>What finding out about one webhook costs, in rows looked at.</summary>
    public const int Cost = 50;

    private static readonly Sql IsDeleted = new("SELECT delete_time IS NOT NULL FROM webhooks WHERE seq = ?");

    internal static readonly Sql Boundary = new(
        "SELECT delivery FROM dead_letters WHERE webhook = ? ORDER BY delivery DESC LIMIT 1 OFFSET ?");

    private readonly Dictionary<long, long> _from = [];

    /// <summary>How many webhooks were asked about.</summary>
    public int Webhooks => _from.Count;

    public bool Keeps(long webhook, long delivery)
    {
        if (!_from.TryGetValue(webhook, out var from))
        {
            _from[webhook] = from = FindFirst(webhook);
        }

        return delivery >= from;
    }

    private long FindFirst(long webhook)
    {
        using (var row = connection.Use(IsDeleted).Bind(webhook))
        {
            if (kept == 0 || (row.Step() && row.Bool(0)))
            {
                return long.MaxValue;
            }
        }

        using var boundary = connection.Use(Boundary).Bind(webhook).Bind(kept - 1);
        return boundary.Step() ? boundary.Long(0) : 0;
    }
}
