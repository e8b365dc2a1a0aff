using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;

namespace ControlPlane.Testing;

/// <summary>A server that is not ours, in the foreground, which ends with its test.</summary>
public sealed class PeerProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string?> _said = new();
    private readonly Process _process;

    private PeerProcess(string program, IEnumerable<string> arguments)
    {
        _process = new() { StartInfo = new(program, arguments) { RedirectStandardError = true } };
        _process.ErrorDataReceived += (_, line) => _said.Enqueue(line.Data);
        _process.Start();
        _process.BeginErrorReadLine();
    }

    /// <summary>Starts it and waits until it listens on the port.</summary>
    public static async Task<PeerProcess> StartAsync(string program, int port, params IEnumerable<string> arguments)
    {
        var peer = new PeerProcess(program, arguments);
        try
        {
            await Eventually.BecomesAsync(async () => await IsOpenAsync(port) || peer._process.HasExited, over => over, program);
            Assert.False(peer._process.HasExited, string.Join('\n', peer._said));
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts nginx with a configuration; it keeps its files in a folder.</summary>
    public static Task<PeerProcess> StartNginxAsync(string folder, int port, string configuration)
    {
        var file = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(file, configuration);
        return StartAsync("nginx", port, "-p", folder, "-c", file, "-e", Path.Combine(folder, "nginx.log"), "-g",
            $"daemon off; master_process off; pid {Path.Combine(folder, "nginx.pid")};");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<bool> IsOpenAsync(int port)
    {
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
