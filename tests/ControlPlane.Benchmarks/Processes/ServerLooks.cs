namespace ControlPlane.Benchmarks.Processes;

/// <summary>What a server holds at one moment. Sizes are in MB of 1,000,000 bytes.</summary>
/// <param name="At">The clock's timestamp.</param>
/// <param name="Resident">Its resident memory.</param>
/// <param name="Data">The size of the store's data file.</param>
/// <param name="Log">The size of the log beside it.</param>
/// <param name="Descriptors">Its open descriptors; 0 where the system does not tell.</param>
internal sealed record ServerLook(long At, double Resident, double Data, double Log, double Descriptors);

/// <summary>Looks at a server every few seconds until it is disposed of.</summary>
internal sealed class ServerLooks : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<ServerLook> _looks = [];
    private readonly MeasuredServer _server;
    private readonly Workspace _workspace;
    private readonly Task _sampling;

    public ServerLooks(MeasuredServer server, Workspace workspace)
    {
        (_server, _workspace) = (server, workspace);
        _sampling = SampleAsync();
    }

    /// <summary>The looks between two timestamps of the clock, in order.</summary>
    public IReadOnlyList<ServerLook> Between(long from, long to)
    {
        lock (_looks)
        {
            return [.. _looks.Where(look => look.At >= from && look.At < to)];
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
        var store = MeasuredServer.StorePath(_workspace);
        using var timer = new PeriodicTimer(Interval, TimeProvider.System);
        try
        {
            do
            {
                var log = Math.Max(Megabytes(store + "-log"), Megabytes(store + "-wal"));
                var look = new ServerLook(
                    TimeProvider.System.GetTimestamp(), _server.ResidentMegabytes, Megabytes(store), log, _server.OpenDescriptors);
                lock (_looks)
                {
                    _looks.Add(look);
                }
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Whoever asked for it has seen enough.
        }
    }

    private static double Megabytes(string path) => new FileInfo(path) is { Exists: true } file ? file.Length / 1e6 : 0;
}
