using System.Collections.Concurrent;

namespace ControlPlane.Storage.Embedded;

/// <summary>Numbers by name. The writer changes them within its transaction; anybody reads them as last committed.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<string, long> _committed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _changes = new(StringComparer.Ordinal);

    public long Of(string name) => _committed.GetValueOrDefault(name);

    public long Sum => _committed.Values.Sum();

    public void Add(string name, long count) => _changes[name] = _changes.GetValueOrDefault(name) + count;

    public void Commit()
    {
        foreach (var (name, count) in _changes)
        {
            // Only the writer changes the numbers.
            var now = _committed.GetValueOrDefault(name) + count;
            if (now == 0)
            {
                _committed.TryRemove(name, out _);
            }
            else
            {
                _committed[name] = now;
            }
        }

        _changes.Clear();
    }

    public void Rollback() => _changes.Clear();
}
