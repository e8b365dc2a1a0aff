namespace ControlPlane.Testing;

/// <summary>The real server on a store of its own, which can be stopped or killed and started again on the same store and ports.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _http = new();
    private ServerRun? _run;

    private ServerProcess(ServerSetup setup) => Setup = setup;

    public ServerSetup Setup { get; }

    public ServerLog Log { get; } = new();

    /// <summary>Of the process that runs now.</summary>
    public int ProcessId => _run!.Id;

    /// <summary>Sets up a server that trusts the receiver and was not started yet.</summary>
    public static ServerProcess Create(HttpsReceiver? receiver, Action<ServerSetup>? configure = null)
    {
        var setup = new ServerSetup(receiver?.AuthorityPem);
        configure?.Invoke(setup);
        return new ServerProcess(setup);
    }

    /// <summary>Starts a server that trusts the receiver, and waits until it serves.</summary>
    public static async Task<ServerProcess> StartAsync(HttpsReceiver? receiver, Action<ServerSetup>? configure = null)
    {
        var server = Create(receiver, configure);
        try
        {
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it (again) and waits until it serves.</summary>
    public async Task StartAsync()
    {
        Assert.True(_run is null, "The server runs already.");
        _run = new ServerRun(Setup, Log);
        var clock = TimeProvider.System;
        for (var started = clock.GetTimestamp(); !await IsReadyAsync();)
        {
            Assert.False(_run.HasExited, $"The server ended while starting:\n{Log.Text}");
            Assert.True(clock.GetElapsedTime(started) < Eventually.StartLimit, $"The server did not become ready:\n{Log.Text}");
            await Task.Delay(Pause, clock, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The most memory that its process was resident with, in bytes.</summary>
    public long PeakMemory => _run!.PeakMemory;

    /// <summary>Asks it to stop, without waiting.</summary>
    public Task SignalAsync() => _run!.SignalAsync();

    /// <summary>Sends it a signal, such as <c>STOP</c>.</summary>
    public Task SignalAsync(string signal) => _run!.SignalAsync(signal);

    /// <summary>Waits for its end; answers the exit code.</summary>
    public async Task<int> ExitAsync()
    {
        var code = await _run!.ExitAsync();
        await _run.DisposeAsync();
        _run = null;
        return code;
    }

    /// <summary>Asks it to stop and waits for its end; answers the exit code.</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync();
        return await ExitAsync();
    }

    /// <summary>Lets no file of it grow beyond a size (null: any), as if the disk were full.</summary>
    public void LimitFileSize(long? bytes) => FileSizeLimit.Set(_run!.Id, bytes);

    /// <summary>Ends it on the spot (SIGKILL), without waiting.</summary>
    public void Kill() => _run!.Kill();

    /// <summary>Clients with a key: the platform's unless another is given.</summary>
    public Clients Connect(string key = ServerSetup.PlatformKey) => new(Setup.Grpc, key);

    /// <summary>A GET of its HTTP listener.</summary>
    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(new Uri(Setup.Http, path), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        int? code = null;
        try
        {
            if (_run is { HasExited: false })
            {
                code = await StopAsync();
            }
        }
        finally
        {
            if (_run is not null)
            {
                await _run.DisposeAsync();
            }

            _http.Dispose();
            Setup.Dispose();
        }

        Log.AssertClean();
        Assert.True(code is null or 0, $"The server ended with {code}:\n{Log.Text}");
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await GetAsync("/readyz");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
