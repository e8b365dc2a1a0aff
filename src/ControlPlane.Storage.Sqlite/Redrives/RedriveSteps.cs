using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>What moves a redrive on.</summary>
internal static class RedriveSteps
{
    // The writer does nothing else meanwhile.
    private const int LookAtMost = 5_000;

    public static RedriveBatch? Batch(WriteSession session, string id, int limit)
    {
        var now = session.Now;
        if (RedriveRows.Find(session.Connection, id) is not { } stored)
        {
            return null;
        }

        if (!RedriveTransitions.CanRetry(stored.Redrive))
        {
            return new RedriveBatch(stored.Redrive, []);
        }

        var stretch = RedriveWalk.Read(
            session.Connection, stored.Redrive.Filter, stored.Scope, stored.Position, limit, LookAtMost);
        var retried = new List<DeliveryRecord>(stretch.Found.Count);
        foreach (var seq in stretch.Found)
        {
            var delivery = DeliveryRows.Get(session.Connection, seq);
            var result = RetryAndCancel.StartRound(session, delivery, DeliveryTrigger.Redrive, now);
            if (result.Outcome == RetryOrCancelOutcome.Done)
            {
                retried.Add(result.Delivery!);
            }
        }

        var redrive = RedriveTransitions.Advance(
            stored.Redrive, stretch.Found.Count, retried.Count, finished: stretch.Next >= stored.Scope.End, now);
        RedriveRows.Save(session, stored.Seq, redrive, stretch.Next);
        return new RedriveBatch(redrive, retried);
    }

    public static bool Cancel(WriteSession session, string id)
    {
        if (RedriveRows.Find(session.Connection, id) is not { Redrive.State: RedriveState.Running } stored)
        {
            return false;
        }

        var cancelled = RedriveTransitions.Cancel(stored.Redrive, session.Now);
        RedriveRows.Save(session, stored.Seq, cancelled, stored.Position);
        return true;
    }
}
