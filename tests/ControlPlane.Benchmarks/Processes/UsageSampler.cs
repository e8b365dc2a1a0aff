namespace ControlPlane.Benchmarks.Processes;

/// <summary>Looks at a server's memory again and again until it is disposed of.</summary>
internal sealed class UsageSampler : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<double> _resident = [];
    private readonly MeasuredServer _server;
    private readonly Task _sampling;

    public UsageSampler(MeasuredServer server)
    {
        _server = server;
        _sampling = SampleAsync();
    }

    /// <summary>Resident memory in MB, every half second. To be read after the end.</summary>
    public IReadOnlyList<double> Resident => _resident;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _sampling;
        _stop.Dispose();
    }

    private async Task SampleAsync()
    {
        using var timer = new PeriodicTimer(Interval, TimeProvider.System);
        try
        {
            do
            {
                _resident.Add(_server.ResidentMegabytes);
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Whoever asked for it has seen enough.
        }
    }
}
