using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Telemetry;
using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Watching;

/// <summary>The kind of a message to a watcher.</summary>
internal enum WatchSignal
{
    Ready,
    Change,
    Webhook,
    Heartbeat,
    Closing,
}

/// <summary>A message to a watcher, with its position after it.</summary>
internal readonly record struct WatchMessage(WatchSignal Signal, DeliveryRecord? Delivery, long Revision, WebhookRecord? Webhook = null);

/// <summary>Runs one watch: ready, then changes in revision order, webhooks' states and heartbeats in between, closing in the end.</summary>
internal sealed class WatchStream(
    WatchHub hub, IChangeFeed feed, IHostApplicationLifetime lifetime, TimeProvider clock, ServerMetrics metrics,
    IOptions<WatchingOptions> options)
{
    private const int Batch = 256;

    /// <summary>Streams until the client goes or the server stops.</summary>
    /// <param name="after">The revision after which to begin.</param>
    /// <param name="tenantId">Whose changes; null for everybody's.</param>
    /// <param name="matches">Which changes to tell.</param>
    /// <param name="heartbeat">How long to be silent at most.</param>
    /// <param name="states">The states of webhooks to send too; null for none.</param>
    /// <param name="write">Tells one; completes when the client's flow control has taken it.</param>
    /// <param name="cancellationToken">Ends when the client goes.</param>
    /// <exception cref="RequestException">OUT_OF_RANGE or ABORTED, as the API says.</exception>
    public async Task RunAsync(
        long after, string? tenantId, Func<DeliveryRecord, bool> matches, TimeSpan heartbeat, WebhookStates? states,
        Func<WatchMessage, Task> write, CancellationToken cancellationToken)
    {
        using var watching = await hub.EnterAsync(cancellationToken);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        var position = after;
        metrics.Watchers(1);
        try
        {
            await CheckFloorAsync(position, either.Token);
            await WriteAsync(write, new(WatchSignal.Ready, null, position), cancellationToken);
            var written = clock.GetTimestamp();
            while (true)
            {
                either.Token.ThrowIfCancellationRequested();
                var read = await hub.ReadAsync(position, Batch, tenantId, either.Token);
                if (read.FromStore)
                {
                    await CheckFloorAsync(position, either.Token);
                }

                foreach (var change in read.Changes.Where(matches))
                {
                    position = change.Revision;
                    await WriteAsync(write, new(WatchSignal.Change, change, position), cancellationToken);
                    written = clock.GetTimestamp();
                    if (!read.FromStore)
                    {
                        metrics.Watched(clock.GetUtcNow() - change.UpdateTime);
                    }
                }

                if (states is not null)
                {
                    await foreach (var webhook in states.ReadAsync(either.Token))
                    {
                        await WriteAsync(write, new(WatchSignal.Webhook, null, read.Position, webhook), cancellationToken);
                        written = clock.GetTimestamp();
                    }
                }

                var idle = read.Changes.Count == 0 && read.Position == position;
                position = read.Position;
                // Silence is what the client sees: changes that its filter hides do not count.
                var silence = clock.GetElapsedTime(written);
                var changed = states is null ? read.Changed : Task.WhenAny(read.Changed, states.Changed);
                if (silence >= heartbeat || (idle && !await ChangesWithinAsync(changed, heartbeat - silence, either.Token)))
                {
                    await WriteAsync(write, new(WatchSignal.Heartbeat, null, position), cancellationToken);
                    written = clock.GetTimestamp();
                }
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            await WriteAsync(write, new(WatchSignal.Closing, null, position), cancellationToken);
        }
        finally
        {
            metrics.Watchers(-1);
        }
    }

    /// <summary>Retention can remove what a watcher has not seen yet: better an error than a silent gap.</summary>
    private async Task CheckFloorAsync(long position, CancellationToken cancellationToken)
    {
        if (position < await feed.GetFloorAsync(cancellationToken))
        {
            throw RequestErrors.OutOfRange(
                "RESUME_TOKEN_EXPIRED", "Changes after the resume token are no longer stored: list the deliveries, then watch from now.");
        }
    }

    private async Task<bool> ChangesWithinAsync(Task changed, TimeSpan heartbeat, CancellationToken cancellationToken)
    {
        try
        {
            await changed.WaitAsync(heartbeat, clock, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task WriteAsync(Func<WatchMessage, Task> write, WatchMessage message, CancellationToken cancellationToken)
    {
        var writing = write(message);
        if (writing.IsCompletedSuccessfully)
        {
            return;
        }

        try
        {
            await writing.WaitAsync(options.Value.SlowConsumer, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw RequestErrors.Aborted(
                "SLOW_CONSUMER", "The client did not read for too long. Watch again with the last resume token.");
        }
    }
}
