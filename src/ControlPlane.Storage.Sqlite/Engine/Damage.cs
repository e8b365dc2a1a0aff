namespace ControlPlane.Storage.Sqlite;

/// <summary>Whether the file was seen to be damaged. What is read from it then could be wrong, and writing could make it worse.</summary>
internal sealed class Damage
{
    private readonly TaskCompletionSource<string> _found = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with what was found.</summary>
    public Task<string> Found => _found.Task;

    public void ThrowIfFound()
    {
        if (_found.Task.IsCompletedSuccessfully)
        {
            throw new StorageDamagedException($"The store is damaged: {_found.Task.Result}.");
        }
    }

    public void Report(string finding) => _found.TrySetResult(finding);

    /// <summary>The exception for callers of the store; takes note of damage.</summary>
    public Exception Translate(Exception exception)
    {
        if (exception is SqliteException { IsDamage: true } damage)
        {
            Report(damage.Message);
            return new StorageDamagedException($"The store is damaged: {damage.Message}.", damage);
        }

        return exception is SqliteException { IsOutage: true } outage
            ? new StorageUnavailableException($"The store cannot be used now: {outage.Message}.", outage) { NoRoom = outage.IsNoRoom }
            : exception;
    }
}
