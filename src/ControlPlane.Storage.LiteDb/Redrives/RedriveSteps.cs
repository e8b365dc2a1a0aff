using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.LiteDb;

/// <summary>What moves a redrive on.</summary>
internal static class RedriveSteps
{
    public static RedriveBatch? Batch(WriteSession session, string id, int limit)
    {
        var now = session.Now;
        if (RedriveDocuments.Find(session.Stored, id) is not { } stored)
        {
            return null;
        }

        if (!RedriveTransitions.CanRetry(stored.Redrive))
        {
            return new RedriveBatch(stored.Redrive, []);
        }

        var stretch = RedriveWalk.Read(session.Documents, stored.Redrive.Filter, stored.Scope, stored.Position, limit, ReadBounds.LookAtMost);
        var retried = new List<DeliveryRecord>(stretch.Found.Count);
        foreach (var seq in stretch.Found)
        {
            var delivery = session.Deliveries.Find(session.Stored, seq)!;
            var result = RetryAndCancel.StartRound(session, delivery, DeliveryTrigger.Redrive, now);
            if (result.Outcome == RetryOrCancelOutcome.Done)
            {
                retried.Add(result.Delivery!);
            }
        }

        var redrive = RedriveTransitions.Advance(
            stored.Redrive, stretch.Found.Count, retried.Count, finished: stretch.Next >= stored.Scope.End, now);
        RedriveDocuments.Save(session, stored with { Redrive = redrive, Position = stretch.Next });
        return new RedriveBatch(redrive, retried);
    }

    public static bool Cancel(WriteSession session, string id)
    {
        if (RedriveDocuments.Find(session.Stored, id) is not { Redrive.State: RedriveState.Running } stored)
        {
            return false;
        }

        RedriveDocuments.Save(session, stored with { Redrive = RedriveTransitions.Cancel(stored.Redrive, session.Now) });
        return true;
    }
}
