using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;

namespace ControlPlane.Benchmarks.Receivers;

/// <summary>A Kestrel with TLS and HTTP/2 in a process of its own, for machines without nginx.</summary>
internal sealed class KestrelReceiver : IReceiver
{
    /// <summary>The command line word that makes this program the receiver.</summary>
    public const string Command = "receive";

    private const string CountPath = "/count";
    private readonly Workspace _workspace;
    private readonly ChildProcess _process;
    private readonly HttpClient _http;

    public KestrelReceiver(Workspace workspace, TestAuthority certificates)
    {
        _workspace = workspace;
        Certificates = certificates;
        var port = LocalPorts.Take();
        Url = $"https://127.0.0.1:{port}/hook";
        _http = new HttpClient(TrustingHandler.Create(certificates)) { BaseAddress = new Uri(Url) };
        _process = new ChildProcess(new ProcessStartInfo(
            ServerProgram.Dotnet,
            [
                typeof(KestrelReceiver).Assembly.Location, Command, port.ToString(CultureInfo.InvariantCulture),
                workspace.Write("server.pem", certificates.ServerPem), workspace.Write("server.key", certificates.ServerKeyPem),
            ]));
    }

    public string Description { get; } = $"Kestrel {Environment.Version} in a process of its own, TLS, HTTP/2";

    public string Url { get; }

    public TestAuthority Certificates { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>The process itself, until whoever started it closes its standard input or stops it.</summary>
    public static async Task RunAsync(string port, string certificatePath, string keyPath)
    {
        using var certificate = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture), listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(certificate);
            }));
        await using var app = builder.Build();
        long count = 0;
        app.Run(context =>
        {
            if (context.Request.Path == CountPath)
            {
                return context.Response.WriteAsync(Interlocked.Read(ref count).ToString(CultureInfo.InvariantCulture));
            }

            Interlocked.Increment(ref count);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return context.Request.Body.CopyToAsync(Stream.Null);
        });
        await app.StartAsync();
        // Reading the console blocks whatever the method is called.
        await Task.WhenAny(Task.Run(Console.In.ReadToEnd), app.WaitForShutdownAsync());
    }

    public async Task<long> CountAsync(CancellationToken cancellationToken) =>
        long.Parse(await _http.GetStringAsync(CountPath, cancellationToken), CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        using (_workspace)
        {
            await _process.DisposeAsync();
        }
    }
}
