using System.Diagnostics;
using System.Globalization;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Receivers;

/// <summary>An nginx with TLS and HTTP/2, one worker, on ports and in a folder of its own.</summary>
internal sealed class NginxReceiver : IReceiver
{
    private const string Program = "nginx";
    private readonly Workspace _workspace;
    private readonly ChildProcess _process;
    private readonly HttpClient _http = new();
    private readonly Uri _status;
    private long _asked;

    public NginxReceiver(Workspace workspace, TestAuthority certificates)
    {
        _workspace = workspace;
        Certificates = certificates;
        var (port, statusPort) = (LocalPorts.Take(), LocalPorts.Take());
        Url = $"https://127.0.0.1:{port}/hook";
        _status = new($"http://127.0.0.1:{statusPort}/");
        workspace.Write("server.pem", certificates.ServerPem);
        workspace.Write("server.key", certificates.ServerKeyPem);
        workspace.Write("nginx.conf", Configuration(port, statusPort));
        _process = new ChildProcess(new ProcessStartInfo(
            Program, ["-p", workspace.Folder, "-e", "error.log", "-c", workspace.PathOf("nginx.conf")]));
    }

    /// <summary>Whether there is one on the path.</summary>
    public static bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, Program)));

    public string Description { get; } = ReadVersion();

    public string Url { get; }

    public TestAuthority Certificates { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>The third number of the second line is the count of all requests, those for this page included.</summary>
    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        var page = await _http.GetStringAsync(_status, cancellationToken);
        var counts = page.Split('\n')[2].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(counts[2], CultureInfo.InvariantCulture) - ++_asked;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        using (_workspace)
        {
            await _process.DisposeAsync();
        }
    }

    private static string ReadVersion()
    {
        using var asked = Process.Start(new ProcessStartInfo(Program, ["-v"]) { RedirectStandardError = true })!;
        var text = asked.StandardError.ReadToEnd().Trim();
        asked.WaitForExit();
        return $"{text.Replace("nginx version: ", "", StringComparison.Ordinal)}, TLS, HTTP/2, one worker";
    }

    /// <summary>One process, so that there is one id to stop; nothing is written but errors.</summary>
    private static string Configuration(int port, int statusPort) =>
        $$"""
        daemon off;
        master_process off;
        pid nginx.pid;
        error_log error.log;
        worker_rlimit_nofile 8192;
        events { worker_connections 4096; }
        http {
          access_log off;
          client_body_temp_path body;
          proxy_temp_path proxy;
          fastcgi_temp_path fastcgi;
          uwsgi_temp_path uwsgi;
          scgi_temp_path scgi;
          keepalive_requests 1000000000;
          client_body_buffer_size 64k;
          server {
            listen 127.0.0.1:{{port}} ssl http2;
            ssl_certificate server.pem;
            ssl_certificate_key server.key;
            location / { return 204; }
          }
          server {
            listen 127.0.0.1:{{statusPort}};
            location / { stub_status; }
          }
        }
        """;
}
