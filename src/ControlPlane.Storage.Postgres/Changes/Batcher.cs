using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace ControlPlane.Storage.Postgres;

/// <summary>
/// Group commit: what was queued while a transaction was under way goes into the next one, so the more callers there are, the more of
/// them share its round trips and its sync. Several run side by side: one looks up while another commits.
/// </summary>
internal sealed class Batcher
{
    private const int BatchSize = 512;

    /// <summary>Rows after which a transaction takes nothing more in while several tenants wait.</summary>
    private const int RowsContended = 500;

    private const int Tries = 10;
    private static readonly TimeSpan PerRow = TimeSpan.FromMicroseconds(10);
    private readonly FairQueue<Operation> _queue = new();
    private readonly Transactions _transactions;
    private readonly Task[] _workers;

    public Batcher(Transactions transactions, int workers)
    {
        _transactions = transactions;
        _workers = [.. Enumerable.Range(0, workers).Select(_ => Task.Run(RunAsync))];
    }

    /// <summary>Counts a use of the store that consists of several operations.</summary>
    public IDisposable Enter() => _transactions.Database.Enter();

    /// <summary>Runs an operation in one of the next transactions.</summary>
    /// <param name="ask">Adds what it needs to know; false if it must not be in one transaction with those asked before.</param>
    /// <param name="apply">Decides, stages, and returns what makes the result after the commit.</param>
    /// <param name="cancellationToken">Takes it back before it is begun.</param>
    /// <param name="share">Whose turn it takes: a tenant's id, or an empty text for the server's own work.</param>
    /// <param name="rows">How many rows it will write, as far as is known.</param>
    public async Task<T> RunAsync<T>(
        Func<Questions, bool> ask, Func<Unit, Answers, Func<T>> apply, CancellationToken cancellationToken, string share = "", int rows = 1)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var use = _transactions.Database.Enter();
        var operation = new Operation<T>(ask, apply, cancellationToken) { Share = share, Rows = rows };
        _queue.TryAdd(share, operation, rows * PerRow);
        return await operation.Task.ConfigureAwait(false);
    }

    /// <summary>Ends when everything queued is committed. Nobody may queue any more.</summary>
    public Task StopAsync()
    {
        _queue.Close();
        return Task.WhenAll(_workers);
    }

    private async Task RunAsync()
    {
        var waiting = new Queue<Operation>();
        while (waiting.Count > 0 || await _queue.WaitAsync().ConfigureAwait(false))
        {
            var questions = new Questions();
            var batch = new List<Operation>();
            var later = new Queue<Operation>();
            var rows = 0;
            while (batch.Count < BatchSize && (waiting.TryDequeue(out var operation) || TryTake(rows, out operation)))
            {
                rows += operation.Rows;
                if (operation.TryAsk(questions))
                {
                    if (operation.TryStart())
                    {
                        batch.Add(operation);
                    }
                }
                else
                {
                    later.Enqueue(operation);
                }
            }

            while (waiting.TryDequeue(out var rest))
            {
                later.Enqueue(rest);
            }

            waiting = later;
            if (batch.Count > 0)
            {
                await RunBatchAsync(batch, questions).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes the next operation, unless it is too much for a transaction that has so many rows.</summary>
    private bool TryTake(int rows, [NotNullWhen(true)] out Operation? operation)
    {
        if (!_queue.TryTake(out operation, (next, shares) => rows == 0 || shares == 1 || rows + next.Rows <= RowsContended))
        {
            return false;
        }

        _queue.Charge(operation.Share, operation.Rows * PerRow);
        return true;
    }

    private async Task RunBatchAsync(List<Operation> batch, Questions questions)
    {
        try
        {
            await CommitAsync(batch, questions).ConfigureAwait(false);
        }
        catch (Exception exception) when (batch.Count > 1 && !Faults.IsOutage(exception))
        {
            // One of them cannot be stored: each in a transaction of its own, so that it alone fails.
            foreach (var operation in batch)
            {
                var own = new Questions();
                operation.TryAsk(own);
                await RunBatchAsync([operation], own).ConfigureAwait(false);
            }

            return;
        }
        catch (Exception exception)
        {
            batch.ForEach(operation => operation.Fail(Faults.Translate(exception)));
            return;
        }

        batch.ForEach(operation => operation.Succeed());
    }

    private async Task CommitAsync(List<Operation> batch, Questions questions)
    {
        var database = _transactions.Database;
        for (var tried = 1; ; tried++)
        {
            var committing = false;
            try
            {
                await using var connection = await database.Source.OpenConnectionAsync(CancellationToken.None).ConfigureAwait(false);
                var unit = new Unit(database, connection, _transactions.Holdings);
                try
                {
                    var answers = await Asking.BeginAsync(unit, questions).ConfigureAwait(false);
                    batch.ForEach(operation => operation.Apply(unit, answers));
                    committing = true;
                    var began = Stopwatch.GetTimestamp();
                    _transactions.Note(await UnitWriter.CommitAsync(unit).ConfigureAwait(false));
                    StorageMetrics.Committed(Stopwatch.GetElapsedTime(began), batch.Count);
                    return;
                }
                catch (Exception exception)
                {
                    await _transactions.RollBackAsync(unit, committing, exception).ConfigureAwait(false);
                    throw;
                }
            }
            catch (Exception exception) when (tried < Tries && (Faults.IsConflict(exception) || (!committing && tried == 1 && Faults.IsOutage(exception))))
            {
                // Done anew, on another connection if this one broke before it could commit.
            }
        }
    }
}
