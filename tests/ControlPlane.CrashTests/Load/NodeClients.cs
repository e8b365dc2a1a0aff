using ControlPlane.Testing;

namespace ControlPlane.CrashTests.Load;

/// <summary>Clients of several nodes with one key, which take turns.</summary>
internal sealed class NodeClients(IReadOnlyList<Clients> nodes) : IDisposable
{
    private int _turns;

    public Clients Next => nodes[(int)((uint)Interlocked.Increment(ref _turns) % nodes.Count)];

    public void Dispose()
    {
        foreach (var node in nodes)
        {
            node.Dispose();
        }
    }
}
