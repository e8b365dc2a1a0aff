namespace ControlPlane.Storage.Postgres;

/// <summary>
/// Lets whoever found a tenant's configuration changed read it again and come back before the next change, on whatever node that is made.
/// Without this, under load, one client that changes webhooks one after the other would come in between every time. A hold is short, and
/// those who wait to change something get their turn before the next hold.
/// </summary>
internal sealed class ChangeHolds(Database database)
{
    /// <summary>How many are held at once: each needs a connection.</summary>
    private const int AtOnce = 4;

    private const string Wait = "SELECT pg_advisory_xact_lock_shared(3, hashtext($1) & 63)";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Hold> _holds = new(StringComparer.Ordinal);

    /// <summary>Somebody has to read the configuration again. Ends when changes wait.</summary>
    public Task BeginAsync(string tenantId)
    {
        Hold? hold;
        lock (_lock)
        {
            if (_holds.TryGetValue(tenantId, out hold))
            {
                hold.Expected++;
                return hold.Begun.Task;
            }

            if (_holds.Count >= AtOnce)
            {
                return Task.CompletedTask;
            }

            _holds[tenantId] = hold = new Hold();
        }

        _ = RunAsync(tenantId, hold);
        return hold.Begun.Task;
    }

    /// <summary>Somebody came back.</summary>
    public void End(string tenantId)
    {
        lock (_lock)
        {
            if (_holds.TryGetValue(tenantId, out var hold) && --hold.Expected == 0)
            {
                _holds.Remove(tenantId);
                hold.Ended.SetResult();
            }
        }
    }

    private async Task RunAsync(string tenantId, Hold hold)
    {
        try
        {
            await using var connection = await database.Source.OpenConnectionAsync().ConfigureAwait(false);
            await using (var begin = new Script(connection).Add("BEGIN").Add(Wait, tenantId))
            {
                await begin.RunAsync(CancellationToken.None).ConfigureAwait(false);
            }

            hold.Begun.SetResult();
            await Task.WhenAny(hold.Ended.Task, Task.Delay(database.Options.LongestHold, TimeProvider.System)).ConfigureAwait(false);
            await using var end = new Script(connection).Add("COMMIT");
            await end.RunAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (Faults.IsOutage(exception))
        {
            // Its lock is gone with the session: who comes back may find another change, as without it.
        }
        finally
        {
            Forget(tenantId, hold);
        }
    }

    private void Forget(string tenantId, Hold hold)
    {
        lock (_lock)
        {
            if (_holds.TryGetValue(tenantId, out var current) && current == hold)
            {
                _holds.Remove(tenantId);
            }
        }

        hold.Begun.TrySetResult();
    }

    private sealed class Hold
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>How many are to come back.</summary>
        public int Expected { get; set; } = 1;
    }
}
