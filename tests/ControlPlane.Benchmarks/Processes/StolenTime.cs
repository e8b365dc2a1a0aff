using System.Globalization;

namespace ControlPlane.Benchmarks.Processes;

/// <summary>
/// What share of the cores' time the host of a virtual machine took for others, looked at again and again until it is disposed of.
/// A round in which that was much says little.
/// </summary>
internal sealed class StolenTime : IAsyncDisposable
{
    private const string Path = "/proc/stat";
    private const int StealField = 8;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<(long At, double Stolen, double All)> _looks = [];
    private readonly Task _sampling;

    public StolenTime() => _sampling = SampleAsync();

    /// <summary>Percent of all cores' time between two timestamps of the clock; null where the system does not tell.</summary>
    public double? Percent(long from, long to)
    {
        lock (_looks)
        {
            var inside = _looks.Where(look => look.At >= from && look.At <= to).ToList();
            return inside.Count < 2 ? null : 100 * (inside[^1].Stolen - inside[0].Stolen) / (inside[^1].All - inside[0].All);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _sampling;
        _stop.Dispose();
    }

    private async Task SampleAsync()
    {
        if (!File.Exists(Path))
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, TimeProvider.System);
        try
        {
            do
            {
                // "cpu", then user, nice, system, idle, iowait, irq, softirq, steal; what follows is contained in the first two.
                var fields = File.ReadLines(Path).First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..(StealField + 1)]
                    .Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToList();
                lock (_looks)
                {
                    _looks.Add((TimeProvider.System.GetTimestamp(), fields[^1], fields.Sum()));
                }
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Whoever asked for it has seen enough.
        }
    }
}
