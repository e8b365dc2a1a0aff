using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbMaintenance(LiteDbDatabase database) : IMaintenance
{
    public IAsyncEnumerable<Removed> RemoveExpiredAsync(RetentionTerms terms, CancellationToken cancellationToken)
    {
        RetentionSweeps.Validate(terms);
        // In this order, so that what one leaves without a use the next one takes in the same pass.
        Sweep<DocumentStore, WriteSession>[] sweeps =
        [
            new ExpirySweep(terms), new PayloadSweep(terms), new DeliverySweep(terms), new EventSweep(terms),
            new ListingSweep(Listing.Deliveries, terms.Batch), new ListingSweep(Listing.Events, terms.Batch),
            new IdSweep(Listing.Deliveries, terms.Batch), new IdSweep(Listing.Events, terms.Batch),
            new LeftoverSweep(terms), new AuditSweep(terms), new SessionSweep(terms),
            new StatsSweep(Collections.StatsMinutes, terms), new StatsSweep(Collections.StatsHours, terms),
        ];
        return RetentionSweeps.RunAsync(
            sweeps, database.ReadAsync, (remove, cancellation) => database.WriteAsync("", terms.Batch, remove, cancellation), cancellationToken);
    }
}
