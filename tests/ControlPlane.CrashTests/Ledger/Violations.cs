using System.Collections.Concurrent;

namespace ControlPlane.CrashTests.Ledger;

/// <summary>What was found to be broken, as sentences.</summary>
internal sealed class Violations
{
    private readonly ConcurrentQueue<string> _found = new();

    public IReadOnlyCollection<string> Found => _found;

    public void Add(string what) => _found.Enqueue(what);

    /// <summary>Adds it if a promise does not hold.</summary>
    public void Unless(bool holds, string what)
    {
        if (!holds)
        {
            Add(what);
        }
    }
}
