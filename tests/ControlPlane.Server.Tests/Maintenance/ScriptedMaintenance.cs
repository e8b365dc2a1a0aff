using System.Runtime.CompilerServices;
using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Maintenance;

/// <summary>Retention whose steps are the test's.</summary>
internal sealed class ScriptedMaintenance : IMaintenance, IIntegrityCheck
{
    private readonly TaskCompletionSource<string> _damage = new();
    private int _steps;

    /// <summary>What passes were asked to remove.</summary>
    public List<RetentionTerms> Passes { get; } = [];

    /// <summary>Steps made, over all passes.</summary>
    public int Steps => Volatile.Read(ref _steps);

    /// <summary>What the steps of a pass do, by the number of the pass from 0.</summary>
    public Func<int, IEnumerable<Removed>> Script { get; set; } = _ => [];

    public Task<string> Damage => _damage.Task;

    public void Break(string finding) => _damage.SetResult(finding);

    public async IAsyncEnumerable<Removed> RemoveExpiredAsync(
        RetentionTerms terms, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        int pass;
        lock (Passes)
        {
            pass = Passes.Count;
            Passes.Add(terms);
        }

        foreach (var step in Script(pass))
        {
            Interlocked.Increment(ref _steps);
            yield return step;
        }
    }

    public int CountPasses()
    {
        lock (Passes)
        {
            return Passes.Count;
        }
    }

    public Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
}
