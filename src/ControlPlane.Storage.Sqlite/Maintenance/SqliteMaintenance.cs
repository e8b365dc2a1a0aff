using System.Runtime.CompilerServices;

namespace ControlPlane.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteMaintenance(SqliteDatabase database) : IMaintenance
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(1);

    public Task<string> Damage => database.Damage.Found;

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

    public async Task<BackupResult> BackupAsync(
        string path, Func<BackupProgress, Task> told, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var expected = await database.ReadAsync(BackupWriter.Estimate, cancellationToken).ConfigureAwait(false);
            var copying = LongRead.RunAsync(database.Path, connection => BackupWriter.Write(connection, path), ending.Token);
            try
            {
                do
                {
                    await told(new BackupProgress(ReadLength(path + IMaintenance.PartialSuffix), expected)).ConfigureAwait(false);
                    await Task.WhenAny(copying, Task.Delay(TellEvery, database.Clock, ending.Token)).ConfigureAwait(false);
                }
                while (!copying.IsCompleted);
            }
            finally
            {
                await ending.CancelAsync().ConfigureAwait(false);
                await ((Task)copying).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return await copying.ConfigureAwait(false);
        }
        catch (SqliteException e) when (e.IsDamage)
        {
            throw database.Damage.Translate(e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException { IsOutage: true })
        {
            return new BackupResult.Failed(e.Message);
        }
    }

    public async Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken)
    {
        database.Damage.ThrowIfFound();
        try
        {
            var findings = await LongRead.RunAsync(database.Path, IntegrityCheck.Check, cancellationToken).ConfigureAwait(false);
            if (findings.Count > 0)
            {
                database.Damage.Report(findings[0]);
            }

            return findings;
        }
        catch (SqliteException e)
        {
            throw database.Damage.Translate(e);
        }
    }

    private static long ReadLength(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
