using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>The line that the deliveries of one ordering key to one webhook stand in.</summary>
/// <param name="Webhook">The webhook's number.</param>
/// <param name="Number">What <see cref="KeyOf"/> made of the key.</param>
/// <param name="HeadOfLine">The webhook's choice.</param>
internal readonly record struct OrderingLine(long Webhook, long Number, HeadOfLine HeadOfLine)
{
    /// <summary>The number of an ordering key. Should two ever have the same, their deliveries wait for each other.</summary>
    public static long KeyOf(string orderingKey) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(orderingKey)));

    /// <summary>Returns the line of a delivery; null if it stands in none.</summary>
    public static OrderingLine? Of(StoredDelivery stored, HeadOfLine headOfLine) =>
        stored.Line is { } number ? new OrderingLine(stored.Webhook, number, headOfLine) : null;
}

/// <summary>
/// Lets one delivery of a line go at a time. Those behind are blocked: they have a due time of their own, but not one to be found by.
/// While some are blocked, another one of the line is leased or waiting, and what becomes of that lets them go on.
/// </summary>
internal static class OrderingLines
{
    private static readonly BsonExpression IdOnly = BsonExpression.Create("{_id: $._id}");

    /// <summary>Whether a delivery that joins the line has to wait for another one.</summary>
    public static bool IsBusy(WriteSession session, OrderingLine line, DateTimeOffset now) => FindFirst(session.Documents, line, now) is not null;

    /// <summary>Returns the other delivery that a waiting one has to let go first, if there is one.</summary>
    public static long? FindAhead(DocumentStore documents, StoredDelivery stored, OrderingLine line, DateTimeOffset now) =>
        stored.Delivery.NextAttemptTime is { } due
            && !(line.HeadOfLine == HeadOfLine.Park && stored.Delivery.State == DeliveryState.RetryScheduled && due > now)
            && FindFirst(documents, line, now) is { } ahead && ahead.Seq != stored.Seq
                ? ahead.Seq
                : null;

    /// <summary>Whether it is a waiting delivery's turn. If not, it is blocked, and the one whose turn it is can be claimed.</summary>
    public static bool TryGo(WriteSession session, StoredDelivery stored, OrderingLine line, DateTimeOffset now)
    {
        if (FindLeased(session.Documents, line) is not null)
        {
            SetBlocked(session, stored, blocked: true);
            return false;
        }

        if (FindTurn(session.Documents, line, now) is not { } first || first.Seq == stored.Seq)
        {
            return true;
        }

        SetBlocked(session, stored, blocked: true);
        if (first.Blocked)
        {
            SetBlocked(session, Get(session, first.Seq), blocked: false);
        }

        return false;
    }

    /// <summary>After a delivery of the line ended or was given back: lets the next one go. Returns when it is due if it was blocked.</summary>
    public static DateTimeOffset? Advance(WriteSession session, OrderingLine line, DateTimeOffset now)
    {
        if (FindLeased(session.Documents, line) is not null || FindTurn(session.Documents, line, now) is not { Blocked: true } first)
        {
            return null;
        }

        var next = Get(session, first.Seq);
        SetBlocked(session, next, blocked: false);
        return next.Delivery.NextAttemptTime;
    }

    /// <summary>Lets the first one that is blocked go in every line of a webhook; those whose turn it is not are blocked again.</summary>
    public static void AdvanceAll(WriteSession session, long webhook)
    {
        var next = long.MinValue;
        while (session.Documents.FirstWithinKeys(
            Collections.Deliveries, Key.Of(KeyKind.Blocked, webhook, next, long.MinValue), Key.Of(KeyKind.Blocked, webhook, long.MaxValue, long.MaxValue)) is { } document)
        {
            var first = DeliveryFormat.Read(document);
            SetBlocked(session, first, blocked: false);
            if (first.Line == long.MaxValue)
            {
                break;
            }

            next = first.Line!.Value + 1;
        }
    }

    /// <summary>The delivery that is leased or, if none is, whose turn it is; null if none is ready.</summary>
    private static (long Seq, bool Blocked)? FindFirst(DocumentStore documents, OrderingLine line, DateTimeOffset now) =>
        FindLeased(documents, line) is { } leased ? (leased, false) : FindTurn(documents, line, now);

    private static (long Seq, bool Blocked)? FindTurn(DocumentStore documents, OrderingLine line, DateTimeOffset now)
    {
        var blocked = documents.FirstWithinKeys(
            Collections.Deliveries,
            Key.Of(KeyKind.Blocked, line.Webhook, line.Number, long.MinValue),
            Key.Of(KeyKind.Blocked, line.Webhook, line.Number, long.MaxValue),
            select: IdOnly)?.Seq();
        var open = line.HeadOfLine == HeadOfLine.Park ? FindReady(documents, line, now) : FindUnfinished(documents, line);
        return blocked is { } seq && !(open < seq) ? (seq, true)
            : open is { } other ? (other, false)
            : null;
    }

    private static long? FindLeased(DocumentStore documents, OrderingLine line) =>
        FindOldest(documents, line, DeliveryState.InFlight, DeliveryState.InFlight, long.MaxValue);

    private static long? FindUnfinished(DocumentStore documents, OrderingLine line) =>
        FindOldest(documents, line, DeliveryState.Pending, DeliveryState.RetryScheduled, long.MaxValue);

    private static long? FindReady(DocumentStore documents, OrderingLine line, DateTimeOffset now)
    {
        var pending = FindOldest(documents, line, DeliveryState.Pending, DeliveryState.Pending, long.MaxValue);
        var due = FindOldest(documents, line, DeliveryState.RetryScheduled, DeliveryState.RetryScheduled, now.ToMicroseconds());
        return pending is null || due < pending ? due : pending;
    }

    /// <summary>Returns the first one appended of those in a line that are not blocked, in certain states and due up to a time.</summary>
    private static long? FindOldest(DocumentStore documents, OrderingLine line, DeliveryState from, DeliveryState to, long due)
    {
        long? oldest = null;
        using var rows = documents.WithinKeys(
            Collections.Deliveries,
            Key.Of(KeyKind.InLine, line.Webhook, line.Number, (int)from, long.MinValue, long.MinValue),
            Key.Of(KeyKind.InLine, line.Webhook, line.Number, (int)to, due, long.MaxValue),
            select: IdOnly);
        while (rows.Step())
        {
            var seq = rows.Current.Seq();
            oldest = oldest < seq ? oldest : seq;
        }

        return oldest;
    }

    private static StoredDelivery Get(WriteSession session, long seq) => session.Deliveries.Find(session.Stored, seq)!;

    private static void SetBlocked(WriteSession session, StoredDelivery stored, bool blocked)
    {
        stored.Blocked = blocked;
        session.Deliveries.Change(stored);
    }
}
