namespace ControlPlane.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteIntegrity(SqliteDatabase database) : IIntegrityCheck
{
    public Task<string> Damage => database.Damage.Found;

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
}
