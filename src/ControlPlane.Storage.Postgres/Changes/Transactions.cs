using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>Runs transactions: whatever can be done again after a conflict is, and who listens is told of the commit.</summary>
internal sealed class Transactions(Database database, Holdings holdings)
{
    /// <summary>How often a transaction is done again after a conflict with another node's.</summary>
    private const int Tries = 10;

    /// <summary>Called after each commit that changed something, on the committing task.</summary>
    public event Action<Committed>? Changed;

    /// <summary>Called with a unit of which nobody knows whether it was committed.</summary>
    public event Action<Unit>? InDoubt;

    public Database Database => database;

    public Holdings Holdings => holdings;

    /// <summary>Runs an operation in a transaction of its own. It stages changes and returns what makes its result after the commit.</summary>
    public Task<T> RunAsync<T>(Func<Unit, Task<Func<T>>> operation, CancellationToken cancellationToken) =>
        RunAsync(new Questions(), (unit, _) => operation(unit), cancellationToken);

    /// <summary>The same, with what the operation needs to know asked for as the transaction begins.</summary>
    /// <param name="questions">What to ask.</param>
    /// <param name="operation">Stages changes and returns what makes its result after the commit.</param>
    /// <param name="cancellationToken">Looked at before it begins.</param>
    public async Task<T> RunAsync<T>(Questions questions, Func<Unit, Answers, Task<Func<T>>> operation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var use = database.Enter();
        for (var tried = 1; ; tried++)
        {
            var committing = false;
            try
            {
                await using var connection = await database.Source.OpenConnectionAsync(CancellationToken.None).ConfigureAwait(false);
                var unit = new Unit(database, connection, holdings);
                try
                {
                    var answers = await Asking.BeginAsync(unit, questions).ConfigureAwait(false);
                    var result = await operation(unit, answers).ConfigureAwait(false);
                    committing = true;
                    Note(await UnitWriter.CommitAsync(unit).ConfigureAwait(false));
                    return result();
                }
                catch (Exception exception)
                {
                    await RollBackAsync(unit, committing, exception).ConfigureAwait(false);
                    throw;
                }
            }
            catch (Exception exception) when (tried < Tries && (Faults.IsConflict(exception) || (!committing && tried == 1 && Faults.IsOutage(exception))))
            {
                // Done anew, on another connection if this one broke before it could commit.
            }
            catch (Exception exception)
            {
                throw Faults.Translate(exception);
            }
        }
    }

    /// <summary>Tells who listens.</summary>
    public void Note(Committed committed)
    {
        if (committed.Revision > 0)
        {
            Changed?.Invoke(committed);
        }
    }

    /// <summary>Ends what a failed transaction left open. A connection that cannot is broken, and so is its transaction.</summary>
    public async Task RollBackAsync(Unit unit, bool committing, Exception failure)
    {
        // Only an error that the database answered with, and went on after, says that nothing was stored.
        if (committing && failure is not PostgresException { InvariantSeverity: "ERROR" })
        {
            InDoubt?.Invoke(unit);
        }

        try
        {
            await using var command = new NpgsqlCommand("ROLLBACK", unit.Connection);
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (Faults.IsOutage(exception))
        {
        }
    }
}
