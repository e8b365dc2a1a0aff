namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbIntegrity(LiteDbDatabase database) : IIntegrityCheck
{
    public Task<string> Damage => database.Damage.Found;

    public async Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken)
    {
        database.Damage.ThrowIfFound();
        try
        {
            var findings = await new IntegrityCheck(database).RunAsync(cancellationToken).ConfigureAwait(false);
            if (findings.Count > 0)
            {
                database.Damage.Report(findings[0]);
            }

            return findings;
        }
        catch (Exception exception) when (database.Damage.Translate(exception) is var told && told != exception)
        {
            throw told;
        }
    }
}
