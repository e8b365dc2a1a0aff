using System.Runtime.CompilerServices;

namespace ControlPlane.Storage.Embedded;

/// <summary>Runs sweeps one after another, step by step, at the pace of whoever enumerates.</summary>
internal static class RetentionSweeps
{
    /// <exception cref="ArgumentOutOfRangeException">The terms contradict each other.</exception>
    public static void Validate(RetentionTerms terms)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(terms.MetadataBefore, terms.PayloadsBefore);
        ArgumentOutOfRangeException.ThrowIfNegative(terms.DeadLetters);
        ArgumentOutOfRangeException.ThrowIfLessThan(terms.Batch, 1);
    }

    /// <summary>Looks with a reader and removes with the writer. Returns what each step removed, nothing where it only looked.</summary>
    public static async IAsyncEnumerable<Removed> RunAsync<TReader, TSession>(
        IEnumerable<Sweep<TReader, TSession>> sweeps,
        Func<Func<TReader, bool>, CancellationToken, Task<bool>> read,
        Func<Func<TSession, Removed>, CancellationToken, Task<Removed>> write,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var sweep in sweeps)
        {
            while (!sweep.Finished)
            {
                bool found;
                do
                {
                    found = await read(sweep.Look, cancellationToken).ConfigureAwait(false);
                }
                while (sweep.LooksOn);

                yield return found ? await write(sweep.Remove, cancellationToken).ConfigureAwait(false) : default;
            }
        }
    }
}
