using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ControlPlane.Cli.Demo;

/// <summary>An HTTPS server that keeps every request. One path fails at first, as receivers do while they are deployed.</summary>
internal sealed class DemoReceiver : IAsyncDisposable
{
    public const string FlakyPath = "/orders";
    public const int Failures = 2;

    private readonly ConcurrentQueue<ReceivedRequest> _requests = new();
    private readonly WebApplication _app;
    private int _failed;

    private DemoReceiver(X509Certificate2 certificate)
    {
        // The empty builder takes no settings from the environment, which may be made for another program.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(options =>
            options.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(certificate);
            }));
        _app = builder.Build();
        _app.Run(ReceiveAsync);
    }

    public IReadOnlyCollection<ReceivedRequest> Requests => _requests;

    /// <summary>Starts on a free port.</summary>
    public static async Task<DemoReceiver> StartAsync(X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        var receiver = new DemoReceiver(certificate);
        await receiver._app.StartAsync(cancellationToken);
        return receiver;
    }

    public string Url(string path) => _app.Urls.Single() + path;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var path = context.Request.Path.Value ?? "";
        var fails = path == FlakyPath && Interlocked.Increment(ref _failed) <= Failures;
        context.Response.StatusCode = fails ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status204NoContent;
        _requests.Enqueue(new ReceivedRequest(
            path,
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray(),
            context.Response.StatusCode));
    }
}
