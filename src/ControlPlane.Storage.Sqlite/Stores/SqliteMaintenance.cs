using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteMaintenance(SqliteDatabase database) : IMaintenance
{
    public IAsyncEnumerable<Removed> RemoveExpiredAsync(RetentionTerms terms, CancellationToken cancellationToken)
    {
        RetentionSweeps.Validate(terms);
        var events = new EventSweep(terms);
        // In this order, so that what one leaves without a use the next one takes in the same pass.
        Sweep<Connection, WriteSession>[] sweeps =
            [new ExpirySweep(terms), new PayloadSweep(terms), new DeliverySweep(terms), events, new LeftoverSweep(terms), new InternedTextSweep(terms, events),
                new AuditSweep(terms), new SessionSweep(terms), new StatsSweep(terms)];
        return RetentionSweeps.RunAsync(
            sweeps, database.ReadAsync, (remove, cancellation) => database.WriteAsync("", terms.Batch, remove, cancellation), cancellationToken);
    }
}
