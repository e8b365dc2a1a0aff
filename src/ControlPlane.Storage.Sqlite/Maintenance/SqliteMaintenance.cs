using System.Runtime.CompilerServices;

namespace ControlPlane.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteMaintenance(SqliteDatabase database) : IMaintenance
{
    public async IAsyncEnumerable<Removed> RemoveExpiredAsync(
        RetentionTerms terms, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(terms.MetadataBefore, terms.PayloadsBefore);
        ArgumentOutOfRangeException.ThrowIfNegative(terms.DeadLetters);
        ArgumentOutOfRangeException.ThrowIfLessThan(terms.Batch, 1);
        var events = new EventSweep(terms);
        // In this order, so that what one leaves without a use the next one takes in the same pass.
        Sweep[] sweeps = [new PayloadSweep(terms), new DeliverySweep(terms), events, new LeftoverSweep(terms), new InternedTextSweep(terms, events)];
        foreach (var sweep in sweeps)
        {
            while (!sweep.Finished)
            {
                var found = await database.ReadAsync(sweep.Look, cancellationToken).ConfigureAwait(false);
                yield return found
                    ? await database.WriteAsync(sweep.Remove, cancellationToken).ConfigureAwait(false)
                    : default;
            }
        }
    }
}
