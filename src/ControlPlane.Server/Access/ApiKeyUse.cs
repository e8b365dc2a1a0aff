using System.Collections.Concurrent;
using ControlPlane.Storage;

namespace ControlPlane.Server.Access;

/// <summary>When keys were last used, in memory until the next flush: a call must not cost a write.</summary>
internal sealed class ApiKeyUse(IAccessStore store)
{
    // Ticks are values that the dictionary overwrites in place, without allocating.
    private readonly ConcurrentDictionary<string, long> _lastUse = new(StringComparer.Ordinal);

    public void Note(string keyId, DateTimeOffset now) => _lastUse[keyId] = now.UtcTicks;

    /// <summary>Hands what was noted to the store; what it does not take stays noted.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var noted = _lastUse.ToArray();
        if (noted.Length == 0)
        {
            return;
        }

        await store.TouchKeysAsync(
            noted.ToDictionary(use => use.Key, use => Cut(use.Value), StringComparer.Ordinal), cancellationToken);
        foreach (var use in noted)
        {
            // Not if the key was used again meanwhile.
            _lastUse.TryRemove(use);
        }
    }

    private static DateTimeOffset Cut(long ticks) => new(ticks - (ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
