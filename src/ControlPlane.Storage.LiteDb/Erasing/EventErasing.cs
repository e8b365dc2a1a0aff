using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Erasing events, with what becomes of their deliveries.</summary>
internal static class EventErasing
{
    /// <summary>Erases those that are not erased yet; returns how many.</summary>
    public static int Erase(WriteSession session, IEnumerable<long> seqs)
    {
        var now = session.Now;
        session.NoteErasure();
        return seqs.Count(seq => Erase(session, seq, now));
    }

    private static bool Erase(WriteSession session, long seq, DateTimeOffset now)
    {
        var documents = session.Documents;
        if (documents.Find(Collections.Events, seq) is not { } document || EventFormat.Read(document) is not { Event.EraseTime: null } stored)
        {
            return false;
        }

        var erased = ErasureRules.Erase(stored.Event, now);
        documents.Update(Collections.Events, [EventFormat.Write(stored with { Event = erased }, payloadSize: 0)]);
        documents.Delete(Collections.Payloads, [seq]);
        session.NoteSize(documents: 2);
        var later = DeliveryWalks.LaterOfEvent(documents, seq).Select(facts => facts.Seq()).ToList();
        for (var delivery = stored.FirstDelivery; delivery < stored.EndOfDeliveries; delivery++)
        {
            End(session, delivery, ErasureRules.ReasonOf(erased), now);
        }

        later.ForEach(delivery => End(session, delivery, ErasureRules.ReasonOf(erased), now));
        return true;
    }

    private static void End(WriteSession session, long seq, EndReason reason, DateTimeOffset now)
    {
        // Retention can have removed it.
        if (session.Deliveries.Find(session.Stored, seq) is not { } stored)
        {
            return;
        }

        for (var i = 0; i < stored.Attempts.Count; i++)
        {
            stored.Attempts[i] = ErasureRules.Erase(stored.Attempts[i]);
        }

        if (stored.Delivery.NextAttemptTime is null)
        {
            stored.Erased = stored.Delivery.Ended ? EndReason.None : reason;
            session.Deliveries.Change(stored);
            session.NoteSize();
            return;
        }

        session.Save(stored, ErasureRules.End(stored.Delivery, reason, now));
        if (WebhookOf.Line(session, stored) is { } line)
        {
            OrderingLines.Advance(session, line, now);
        }
    }
}
