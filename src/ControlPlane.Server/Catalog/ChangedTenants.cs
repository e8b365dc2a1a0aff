namespace ControlPlane.Server.Catalog;

/// <summary>The tenants whose pictures are to be read again, each once, or every tenant when they are too many to note.</summary>
/// <param name="most">How many are noted at most.</param>
internal sealed class ChangedTenants(int most)
{
    private readonly Lock _lock = new();
    private HashSet<string> _noted = new(StringComparer.Ordinal);
    private TaskCompletionSource _any = NewSignal();
    private bool _all;

    /// <summary>Ends when there is one.</summary>
    public Task Any
    {
        get
        {
            lock (_lock)
            {
                return _any.Task;
            }
        }
    }

    public void Add(IEnumerable<string> tenantIds)
    {
        lock (_lock)
        {
            foreach (var tenantId in tenantIds.TakeWhile(_ => !_all))
            {
                _noted.Add(tenantId);
                _all = _noted.Count > most;
                _any.TrySetResult();
            }

            if (_all)
            {
                _noted.Clear();
            }
        }
    }

    public void AddAll()
    {
        lock (_lock)
        {
            _noted.Clear();
            _all = true;
            _any.TrySetResult();
        }
    }

    /// <summary>Returns them and forgets them; null for every tenant.</summary>
    public IReadOnlyCollection<string>? Take()
    {
        lock (_lock)
        {
            var taken = _all ? null : _noted;
            (_noted, _all, _any) = (new(StringComparer.Ordinal), false, NewSignal());
            return taken;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
