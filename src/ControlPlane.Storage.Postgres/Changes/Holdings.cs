namespace ControlPlane.Storage.Postgres;

/// <summary>What this process owns, as it last saw. A process that has not joined owns everything.</summary>
internal sealed class Holdings
{
    /// <summary>Into how many parts webhooks are divided.</summary>
    public const int Shards = 256;

    private static readonly IReadOnlySet<int> None = new HashSet<int>();
    private volatile Standing? _state;
    private int _timesLost;

    /// <summary>Called when it owns other shards than before.</summary>
    public event Action? Changed;

    /// <summary>The number under which the process joined; 0 if it has not, or is no member any more.</summary>
    public long Epoch => _state?.Epoch ?? 0;

    /// <summary>How often another process took over because this one was late.</summary>
    public int TimesLost => Volatile.Read(ref _timesLost);

    /// <summary>Whether the process has joined.</summary>
    public bool Joined => _state is not null;

    /// <summary>Who leases in the name of this process: another one after it lost its membership, so that it does not take leases of
    /// before for its own. Null if it has not joined.</summary>
    public string? LeaseName => _state is { Epoch: > 0 } state ? $"{state.Name}#{state.Epoch}" : null;

    /// <summary>The shards owned; null means all.</summary>
    public IReadOnlySet<int>? Owned => _state?.Owned;

    /// <summary>The shards that go to another process once nothing of them is under way here.</summary>
    public IReadOnlySet<int> Leaving => _state?.Leaving ?? None;

    /// <summary>The shard of a webhook, by an FNV-1a hash of its id.</summary>
    public static int ShardOf(string webhookId)
    {
        var hash = 2166136261u;
        foreach (var character in webhookId)
        {
            hash = (hash ^ character) * 16777619u;
        }

        return (int)((hash ^ (hash >> 16)) & (Shards - 1));
    }

    /// <summary>Whether deliveries of a webhook may be leased.</summary>
    public bool Owns(string webhookId) => _state is not { } state || state.Owned.Contains(ShardOf(webhookId));

    /// <summary>Whether attempts of a webhook may be recorded.</summary>
    public bool MayRecord(string webhookId) =>
        _state is not { } state || state.Owned.Contains(ShardOf(webhookId)) || state.Leaving.Contains(ShardOf(webhookId));

    public void Set(string name, long epoch, IReadOnlySet<int>? owned = null, IReadOnlySet<int>? leaving = null)
    {
        var before = _state;
        _state = new Standing(name, epoch, owned ?? None, leaving ?? None);
        if (before is null || before.Epoch != epoch || !before.Owned.SetEquals(owned ?? None))
        {
            Changed?.Invoke();
        }
    }

    /// <summary>Owns nothing any more, until it has joined anew.</summary>
    public void Lose(string name)
    {
        Interlocked.Increment(ref _timesLost);
        Set(name, 0);
    }

    public void Clear()
    {
        _state = null;
        Changed?.Invoke();
    }

    private sealed record Standing(string Name, long Epoch, IReadOnlySet<int> Owned, IReadOnlySet<int> Leaving);
}
