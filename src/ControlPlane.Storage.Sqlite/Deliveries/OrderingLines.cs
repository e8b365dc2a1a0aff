using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ControlPlane.Storage.Sqlite;

/// <summary>The line that the deliveries of one ordering key to one webhook stand in.</summary>
/// <param name="Webhook">The webhook's seq.</param>
/// <param name="Key">What <see cref="KeyOf"/> made of the key.</param>
/// <param name="HeadOfLine">The webhook's choice.</param>
internal readonly record struct OrderingLine(long Webhook, long Key, HeadOfLine HeadOfLine)
{
    /// <summary>The number of an ordering key. Should two ever have the same, their deliveries wait for each other.</summary>
    public static long KeyOf(string orderingKey) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(orderingKey)));
}

/// <summary>
/// Lets one delivery of a line go at a time. Those behind are blocked: they have a due time of their own, but not one to be found by.
/// While some are blocked, another one of the line is leased or waiting, and what becomes of that lets them go on.
/// </summary>
internal static class OrderingLines
{
    // Named, since for a least seq the planner can prefer to walk all that there ever was.
    private const string Open =
        "FROM deliveries INDEXED BY deliveries_line WHERE webhook_seq = ?1 AND line = ?2 AND line_due IS NULL AND end_reason = 0 ";

    internal static readonly Sql FindLeased = new("SELECT seq " + Open + "AND state = 2 LIMIT 1");
    internal static readonly Sql FindUnfinished = new("SELECT min(seq) " + Open);

    internal static readonly Sql FindReady = new(
        "SELECT min(seq) FROM (SELECT seq " + Open + "AND state = 1 UNION ALL SELECT seq " + Open + "AND state = 3 AND next_due <= ?3)");

    internal static readonly Sql FindBlocked = new(
        "SELECT seq FROM deliveries WHERE webhook_seq = ? AND line = ? AND line_due IS NOT NULL ORDER BY seq LIMIT 1");

    private static readonly Sql HoldOne = new("UPDATE deliveries SET line_due = next_due, next_due = NULL WHERE seq = ?");
    private static readonly Sql ReleaseOne = new("UPDATE deliveries SET next_due = line_due, line_due = NULL WHERE seq = ?");
    private static readonly Sql ForgetOne = new("UPDATE deliveries SET line_due = NULL WHERE seq = ?");

    internal static readonly Sql ReleaseFirst = new(
        """
        UPDATE deliveries SET next_due = line_due, line_due = NULL
        WHERE seq IN (SELECT min(seq) FROM deliveries WHERE webhook_seq = ? AND line_due IS NOT NULL GROUP BY line)
        """);

    /// <summary>Whether a delivery that joins the line has to wait for another one.</summary>
    public static bool IsBusy(Connection connection, OrderingLine line, DateTimeOffset now) => FindAhead(connection, line, now) is not null;

    /// <summary>The other delivery that a waiting one has to let go first, if there is one.</summary>
    public static long? FindAhead(Connection connection, StoredDelivery stored, DateTimeOffset now) =>
        stored is { Line: { } line, Delivery.NextAttemptTime: { } due }
            && !(line.HeadOfLine == HeadOfLine.Park && stored.Delivery.State == DeliveryState.RetryScheduled && due > now)
            && FindAhead(connection, line, now) is { } ahead && ahead != stored.Seq
                ? ahead
                : null;

    /// <summary>The delivery that is leased or, if none is, whose turn it is; null if none is ready.</summary>
    private static long? FindAhead(Connection connection, OrderingLine line, DateTimeOffset now) =>
        ReadSeq(connection.Use(FindLeased), line) ?? FindFirst(connection, line, now)?.Seq;

    /// <summary>Whether it is a waiting delivery's turn. If not, it is blocked, and the one whose turn it is can be claimed.</summary>
    public static bool TryGo(WriteSession session, long seq, OrderingLine line, DateTimeOffset now)
    {
        if (ReadSeq(session.Use(FindLeased), line) is not null)
        {
            Run(session, HoldOne, seq);
            return false;
        }

        if (FindFirst(session.Connection, line, now) is not { } first || first.Seq == seq)
        {
            return true;
        }

        Run(session, HoldOne, seq);
        if (first.Blocked)
        {
            Run(session, ReleaseOne, first.Seq);
        }

        return false;
    }

    /// <summary>After a delivery of the line ended or was given back: lets the next one go. Returns when it is due if it was blocked.</summary>
    public static DateTimeOffset? Advance(WriteSession session, OrderingLine line, DateTimeOffset now)
    {
        if (ReadSeq(session.Use(FindLeased), line) is not null
            || FindFirst(session.Connection, line, now) is not { Blocked: true } first)
        {
            return null;
        }

        Run(session, ReleaseOne, first.Seq);
        return DeliveryRows.Get(session.Connection, first.Seq).Delivery.NextAttemptTime;
    }

    /// <summary>A delivery of the line ended while it waited.</summary>
    public static void Leave(WriteSession session, long seq) => Run(session, ForgetOne, seq);

    /// <summary>Lets the first one that is blocked go in every line of a webhook; those whose turn it is not are blocked again.</summary>
    public static void AdvanceAll(WriteSession session, long webhook) => session.Use(ReleaseFirst).Bind(webhook).Run();

    private static (long Seq, bool Blocked)? FindFirst(Connection connection, OrderingLine line, DateTimeOffset now)
    {
        var blocked = ReadSeq(connection.Use(FindBlocked), line);
        var open = line.HeadOfLine == HeadOfLine.Park
            ? ReadSeq(connection.Use(FindReady), line, now)
            : ReadSeq(connection.Use(FindUnfinished), line);
        return blocked is { } seq && !(open < seq) ? (seq, true)
            : open is { } other ? (other, false)
            : null;
    }

    private static long? ReadSeq(Statement statement, OrderingLine line, DateTimeOffset? now = null)
    {
        statement.Bind(line.Webhook).Bind(line.Key);
        using var row = now is { } time ? statement.Bind(time) : statement;
        return row.Step() ? row.LongOrNull(0) : null;
    }

    private static void Run(WriteSession session, Sql sql, long seq) => session.Use(sql).Bind(seq).Run();
}
