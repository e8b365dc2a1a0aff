using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using ControlPlane.Cli.Connection;
using ControlPlane.Cli.Serving;
using Grpc.Core;
using Grpc.Health.V1;

namespace ControlPlane.Cli.Demo;

/// <summary>The real server as a child process on a store of its own, which goes with it.</summary>
internal sealed class DemoServer : IAsyncDisposable
{
    private const int KeptLines = 40;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly ConcurrentQueue<string> _lines = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hookctl-demo-");
    private readonly TimeProvider _time;
    private readonly Process _process;

    public DemoServer(string assembly, string trustedPem, TimeProvider time)
    {
        _time = time;
        var (grpc, http) = LocalPorts.TwoFree();
        var key = "cpk_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var trusted = Path.Combine(_folder.FullName, "authority.pem");
        File.WriteAllText(trusted, trustedPem);
        Settings = new ConnectionSettings(new Uri($"http://127.0.0.1:{grpc}"), key, null, null);
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(DotnetMuxer.Path, [assembly])
            {
                WorkingDirectory = _folder.FullName,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        var environment = _process.StartInfo.Environment;
        // What is set for another server must not reach this one.
        foreach (var inherited in environment.Keys.Where(IsServerSetting).ToList())
        {
            environment.Remove(inherited);
        }

        environment["ControlPlane__Listen__Grpc"] = Settings.Address.GetLeftPart(UriPartial.Authority);
        environment["ControlPlane__Listen__Http"] = $"http://127.0.0.1:{http}";
        environment["ControlPlane__Storage__Path"] = Path.Combine(_folder.FullName, "controlplane.db");
        environment["ControlPlane__Access__BootstrapKey"] = key;
        environment["ControlPlane__Egress__AllowedNetworks"] = "127.0.0.0/8";
        environment["ControlPlane__Egress__TrustedCertificates"] = trusted;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    /// <summary>How to reach it, with its platform key.</summary>
    public ConnectionSettings Settings { get; }

    public int ProcessId { get; private set; }

    /// <summary>What it wrote last.</summary>
    public string Output => string.Join(Environment.NewLine, _lines);

    /// <summary>Starts it and waits until its health service says that it serves.</summary>
    public async Task StartAsync(ServerConnection connection, CancellationToken cancellationToken)
    {
        _process.Start();
        ProcessId = _process.Id;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var started = _time.GetTimestamp();
        while (!await ServesAsync(connection, cancellationToken))
        {
            if (_process.HasExited)
            {
                throw new DemoFailedException($"The server ended with {_process.ExitCode} while starting.");
            }

            if (_time.GetElapsedTime(started) > StartLimit)
            {
                throw new DemoFailedException($"The server was not ready after {StartLimit.TotalSeconds} s.");
            }

            await Task.Delay(PollInterval, _time, cancellationToken);
        }
    }

    /// <summary>Asks it to stop, as an operator would, and waits until it has.</summary>
    public async Task StopAsync()
    {
        if (await EndAsync() is var code && code != 0)
        {
            throw new DemoFailedException(code is null ? "The server did not stop on SIGTERM." : $"The server stopped with exit code {code}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (ProcessId != 0)
        {
            await EndAsync();
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static async Task<bool> ServesAsync(ServerConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await connection.Health.CheckAsync(new HealthCheckRequest(), connection.Call(cancellationToken, TimeSpan.FromSeconds(2)));
            return answer.Status is HealthCheckResponse.Types.ServingStatus.Serving;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Internal)
        {
            return false;
        }
    }

    // The exit code; null if it had to be killed.
    private async Task<int?> EndAsync()
    {
        if (!_process.HasExited && !OperatingSystem.IsWindows())
        {
            using var kill = Process.Start("kill", ["-TERM", $"{ProcessId}"]);
            await kill.WaitForExitAsync();
        }

        using var limit = new CancellationTokenSource(OperatingSystem.IsWindows() ? TimeSpan.Zero : StopLimit, _time);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
            return null;
        }
    }

    private static bool IsServerSetting(string name) =>
        name.StartsWith("ControlPlane__", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Kestrel__", StringComparison.OrdinalIgnoreCase)
        || name is "DOTNET_ENVIRONMENT" or "DOTNET_URLS";

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        _lines.Enqueue(line);
        while (_lines.Count > KeptLines)
        {
            _lines.TryDequeue(out _);
        }
    }
}
