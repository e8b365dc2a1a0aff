using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.Testing;
using Grpc.Core;
using Grpc.Health.V1;

namespace ControlPlane.Benchmarks.Processes;

/// <summary>The real server with its default settings, but for such as a mode is about, on a store of its own.</summary>
internal sealed class MeasuredServer : IAsyncDisposable
{
    public const string PlatformKey = "cpk_benchmark_platform_0123456789_0123456789";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly ChildProcess _process;
    private readonly Process _look;

    private MeasuredServer(string assembly, Workspace workspace, string? trustedPem, IReadOnlyDictionary<string, string>? settings)
    {
        Address = new($"http://127.0.0.1:{LocalPorts.Take()}");
        var start = workspace.Resolver is { } resolver
            // Each program becomes the next one, so the process is the server's in the end.
            ? ServerProgram.ToStart(
                workspace.Folder, "unshare", "-m", "sh", "-c", "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"",
                workspace.Write("resolv.conf", resolver), ServerProgram.Dotnet, assembly)
            : ServerProgram.ToStart(workspace.Folder, ServerProgram.Dotnet, assembly);
        start.Environment["ControlPlane__Listen__Grpc"] = Address.GetLeftPart(UriPartial.Authority);
        start.Environment["ControlPlane__Listen__Http"] = $"http://127.0.0.1:{LocalPorts.Take()}";
        start.Environment["ControlPlane__Storage__Path"] = StorePath(workspace);
        if (workspace.Provider is { } provider)
        {
            start.Environment["ControlPlane__Storage__Provider"] = provider;
        }

        start.Environment["ControlPlane__Access__BootstrapKey"] = PlatformKey;
        start.Environment["ControlPlane__Egress__AllowedNetworks"] = "127.0.0.0/8";
        if (trustedPem is not null)
        {
            start.Environment["ControlPlane__Egress__TrustedCertificates"] = workspace.Write("authority.pem", trustedPem);
        }

        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        _process = new ChildProcess(start);
        _look = Process.GetProcessById(_process.Id);
    }

    public Uri Address { get; }

    /// <summary>From the start of the process to the first health check that was answered SERVING.</summary>
    public TimeSpan TimeToServing { get; private set; }

    /// <summary>The CPU time it has used, of all cores.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _look.Refresh();
            return _look.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory, in MB (1,000,000 bytes).</summary>
    public double ResidentMegabytes
    {
        get
        {
            _look.Refresh();
            return _look.WorkingSet64 / 1e6;
        }
    }

    /// <summary>The part of it that is no file's content, in MB; null where the system does not tell.</summary>
    public double? AnonymousMegabytes
    {
        get
        {
            const string Key = "RssAnon:";
            var path = $"/proc/{_process.Id}/status";
            var line = File.Exists(path)
                ? File.ReadLines(path).FirstOrDefault(each => each.StartsWith(Key, StringComparison.Ordinal))
                : null;
            return line is null
                ? null
                : long.Parse(line.AsSpan(Key.Length).Trim(" \tkB"), CultureInfo.InvariantCulture) * 1024 / 1e6;
        }
    }

    /// <summary>How many descriptors it has open; 0 where the system does not tell.</summary>
    public int OpenDescriptors =>
        Directory.Exists($"/proc/{_process.Id}/fd") ? Directory.EnumerateFileSystemEntries($"/proc/{_process.Id}/fd").Count() : 0;

    /// <summary>The last lines of its log, with the clock's timestamps of when they came.</summary>
    public IReadOnlyList<(long At, string Text)> Log => _process.Lines;

    /// <summary>Where the server's store is in a workspace.</summary>
    public static string StorePath(Workspace workspace) => workspace.PathOf("controlplane.db");

    /// <summary>Starts it, on the store that is in the workspace if there is one, and waits until it serves.</summary>
    public static Task<MeasuredServer> StartAsync(
        Workspace workspace, string? trustedPem, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? settings = null) =>
        StartAsync(ServerProgram.Assembly, workspace, trustedPem, cancellationToken, settings);

    /// <summary>The same with another build of it.</summary>
    public static async Task<MeasuredServer> StartAsync(
        string assembly, Workspace workspace, string? trustedPem, CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? settings = null)
    {
        var server = new MeasuredServer(assembly, workspace, trustedPem, settings);
        try
        {
            await server.WaitUntilServingAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public ServerClients Connect() => new(Address);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _look.Dispose();
    }

    private async Task WaitUntilServingAsync(CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        using var clients = Connect();
        while (!await IsListeningAsync(cancellationToken) || !await IsServingAsync(clients.Health, cancellationToken))
        {
            if (_process.HasExited || clock.GetElapsedTime(_process.Started) > Patience)
            {
                throw new BenchmarkException($"The server does not serve:\n{_process.Output}");
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }

        TimeToServing = clock.GetElapsedTime(_process.Started);
    }

    /// <summary>A call that fails takes far more of the cores on which the server starts than a connection that is refused.</summary>
    private async Task<bool> IsListeningAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(Address.Host, Address.Port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<bool> IsServingAsync(Health.HealthClient health, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await health.CheckAsync(new HealthCheckRequest(), cancellationToken: cancellationToken);
            return answer.Status == HealthCheckResponse.Types.ServingStatus.Serving;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
        {
            return false;
        }
    }
}
