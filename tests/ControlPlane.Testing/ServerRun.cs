using System.Diagnostics;

namespace ControlPlane.Testing;

/// <summary>One process of the server, from its start to its end. Only this very process is ever signalled, by its id.</summary>
public sealed class ServerRun : IAsyncDisposable
{
    public const int KilledExitCode = 128 + 9;

    private readonly Process _process;

    public ServerRun(ServerSetup setup, ServerLog log)
    {
        _process = new Process { StartInfo = setup.ToStartInfo() };
        _process.OutputDataReceived += (_, line) => log.AddOutput(line.Data);
        _process.ErrorDataReceived += (_, line) => log.AddError(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The most memory it was resident with, in bytes.</summary>
    public long PeakMemory
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    /// <summary>The processor time it has used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Waits until it has ended and all its output is read; answers the exit code.</summary>
    public async Task<int> ExitAsync()
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Eventually.Limit, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            Assert.Fail("The server did not end in time and was killed.");
        }

        return _process.ExitCode;
    }

    /// <summary>Asks it to stop, as a supervisor does, without waiting.</summary>
    public Task SignalAsync() => SignalAsync("TERM");

    /// <summary>Sends it a signal, such as <c>STOP</c>.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Ends it on the spot (SIGKILL), as a power cut would.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
