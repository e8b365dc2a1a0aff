namespace ControlPlane.Storage.Embedded;

/// <summary>Whether the store was seen to be damaged. What is read from it then could be wrong, and writing could make it worse.</summary>
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
}
