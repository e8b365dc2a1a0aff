using System.Globalization;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Cluster.Tests;

/// <summary>
/// Publishes at a rate, in batches, and each batch again until it is acknowledged. What it could not publish in time because nothing was
/// there to take it follows as fast as it is taken.
/// </summary>
/// <param name="rate">Events per second.</param>
/// <param name="kinds">How many types the events have, in turns.</param>
/// <param name="publish">Publishes a batch, and returns whether it was acknowledged.</param>
internal sealed class PacedPublisher(int rate, int kinds, Func<IReadOnlyList<Event>, Task<bool>> publish)
{
    private const int BatchSize = 20;

    /// <summary>How many batches wait for their acknowledgement at once.</summary>
    private const int Lanes = 48;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly TimeProvider _clock = TimeProvider.System;
    private int _batches;
    private long _began;

    /// <summary>What the webhooks of one kind subscribe to.</summary>
    public static string TypeOf(int kind) => string.Create(CultureInfo.InvariantCulture, $"load.{kind}");

    /// <summary>Publishes until told to stop. Returns the ids by kind, and how many a second were acknowledged.</summary>
    public async Task<(IReadOnlyList<IReadOnlyCollection<string>> Ids, double Rate)> RunAsync(CancellationToken stop)
    {
        _began = _clock.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(_ => Task.Run(() => RunLaneAsync(stop), CancellationToken.None)));
        var elapsed = _clock.GetElapsedTime(_began);
        var events = _batches * BatchSize;
        var ids = Enumerable.Range(0, events).ToLookup(number => number % kinds, IdOf);
        return ([.. Enumerable.Range(0, kinds).Select(kind => ids[kind].ToHashSet(StringComparer.Ordinal))], events / elapsed.TotalSeconds);
    }

    private static string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"evt_{number}");

    private async Task RunLaneAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var first = (Interlocked.Increment(ref _batches) - 1) * BatchSize;
            var early = TimeSpan.FromSeconds((double)first / rate) - _clock.GetElapsedTime(_began);
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early, _clock, CancellationToken.None);
            }

            var events = Enumerable.Range(first, BatchSize)
                .Select(number => TestTenant.NewEvent(each => (each.Id, each.Type) = (IdOf(number), TypeOf(number % kinds)))).ToList();
            while (!await publish(events))
            {
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                await Task.Delay(Pause, _clock, CancellationToken.None);
            }
        }
    }
}
