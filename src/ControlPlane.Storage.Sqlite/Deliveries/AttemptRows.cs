namespace ControlPlane.Storage.Sqlite;

/// <summary>Attempts, of each delivery the last 100.</summary>
internal static class AttemptRows
{
    private const int Kept = 100;
    private const int NumberBits = 20;

    private static readonly Insertion InsertMany = new("attempts", "(?, ?, ?, ?, ?, ?, ?, ?, ?)");
    private static readonly Sql DeleteOne = new("DELETE FROM attempts WHERE key = ?");
    private static readonly Sql EraseAnswers = new("UPDATE attempts SET response_excerpt = NULL WHERE key >= ? AND key < ? AND response_excerpt IS NOT NULL");
    internal static readonly Sql DeleteOfDeliveries = new("DELETE FROM attempts WHERE key >= ? AND key < ?");

    internal static readonly Sql Select = new(
        """
        SELECT key, trigger, start_time, duration, status, failure, message, remote_address, response_excerpt
        FROM attempts WHERE key >= ? AND key < ? ORDER BY key
        """);

    /// <summary>Adds an attempt; it is stored with all others of the transaction by <see cref="Flush"/>.</summary>
    public static void Add(WriteSession session, long delivery, int number, AttemptRecord attempt)
    {
        session.Attempts.Add(new AttemptRow(Key(delivery, number), attempt));
        if (number > Kept)
        {
            session.Use(DeleteOne).Bind(Key(delivery, number - Kept)).Run();
        }
    }

    /// <summary>Stores what was added.</summary>
    public static void Flush(WriteSession session)
    {
        InsertMany.Run(session, session.Attempts, static (statement, row) => Bind(statement, row));
        session.Attempts.Clear();
    }

    private static void Bind(Statement statement, in AttemptRow row)
    {
        var attempt = row.Attempt;
        statement
            .Bind(row.Key).Bind((long)attempt.Trigger).Bind(attempt.StartTime)
            .Bind(attempt.Duration.Ticks / TimeSpan.TicksPerMicrosecond)
            .Bind(attempt.StatusCode).Bind((long)attempt.Failure)
            .Bind(NullIfEmpty(attempt.Message)).Bind(NullIfEmpty(attempt.RemoteAddress))
            .Bind(NullIfEmpty(attempt.ResponseExcerpt));
    }

    public static IReadOnlyList<AttemptRecord> List(Connection connection, long delivery)
    {
        var found = new List<AttemptRecord>();
        using var rows = connection.Use(Select).Bind(Key(delivery, 0)).Bind(Key(delivery + 1, 0));
        while (rows.Step())
        {
            found.Add(new AttemptRecord(
                (int)(rows.Long(0) - Key(delivery, 0)),
                (DeliveryTrigger)rows.Int(1),
                rows.Time(2),
                TimeSpan.FromTicks(rows.Long(3) * TimeSpan.TicksPerMicrosecond),
                rows.Int(4),
                (FailureKind)rows.Int(5),
                rows.TextOrNull(6) ?? "",
                rows.TextOrNull(7) ?? "",
                rows.TextOrNull(8) ?? ""));
        }

        return found;
    }

    /// <summary>Removes those of the deliveries from the first to the last one.</summary>
    public static void DeleteAll(WriteSession session, long first, long last) =>
        session.Use(DeleteOfDeliveries).Bind(Key(first, 0)).Bind(Key(last + 1, 0)).Run();

    /// <summary>Erases what receivers answered to the deliveries from the first to the last one.</summary>
    public static void EraseAll(WriteSession session, long first, long last)
    {
        Flush(session);
        session.Use(EraseAnswers).Bind(Key(first, 0)).Bind(Key(last + 1, 0)).Run();
    }

    private static long Key(long delivery, int number) => (delivery << NumberBits) + number;

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
