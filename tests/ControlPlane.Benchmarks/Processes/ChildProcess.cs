using System.Diagnostics;
using ControlPlane.Benchmarks.Reporting;

namespace ControlPlane.Benchmarks.Processes;

/// <summary>A process that ends with this. Only this very process is ever signalled, by its id.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int LinesKept = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan MostHearing = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly Process _process;
    private readonly Queue<(long At, string Text)> _lines = [];

    public ChildProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        Started = TimeProvider.System.GetTimestamp();
        _process = Process.Start(start) ?? throw new BenchmarkException($"{start.FileName} could not be started.");
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The clock's timestamp from just before it was started.</summary>
    public long Started { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The last lines it wrote, with the clock's timestamps of when they came.</summary>
    public IReadOnlyList<(long At, string Text)> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>The same as one text.</summary>
    public string Output => string.Join(Environment.NewLine, Lines.Select(line => line.Text));

    /// <summary>Writes a line to its standard input.</summary>
    public void Say(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>Waits for a line that it writes, which begins with a word; returns what follows that.</summary>
    /// <exception cref="BenchmarkException">It ended without that line, or took too long.</exception>
    public async Task<string> HearAsync(string word, CancellationToken cancellationToken)
    {
        for (var started = TimeProvider.System.GetTimestamp(); ;)
        {
            // What it wrote before it ended is read a little later.
            var over = _process.HasExited && _process.WaitForExit(Patience);
            if (Lines.Select(line => line.Text).FirstOrDefault(line => line.StartsWith(word, StringComparison.Ordinal)) is { } found)
            {
                return found[word.Length..].Trim();
            }

            if (over || TimeProvider.System.GetElapsedTime(started) > MostHearing)
            {
                throw new BenchmarkException($"A process did not say {word}:\n{Output}");
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Asks it to stop, as a supervisor does, and waits; ends it if it does not.</summary>
    /// <exception cref="BenchmarkException">It had to be killed.</exception>
    public async Task StopAsync()
    {
        if (_process.HasExited)
        {
            return;
        }

        using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        try
        {
            await _process.WaitForExitAsync().WaitAsync(Patience, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            throw new BenchmarkException($"A process did not stop in time and was killed:\n{Output}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            lock (_lines)
            {
                _lines.Enqueue((TimeProvider.System.GetTimestamp(), line));
                if (_lines.Count > LinesKept)
                {
                    _lines.Dequeue();
                }
            }
        }
    }
}
