using System.Collections.Concurrent;
using System.Net;
using ControlPlane.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ControlPlane.Benchmarks.Receivers;

/// <summary>
/// An HTTPS receiver in this process, whose clock is therefore that of the publisher: notes when each event came first. It has a
/// second address, on a port of its own as another host would be, that takes requests and never answers.
/// </summary>
internal sealed class TimingReceiver : IAsyncDisposable
{
    private const string HangingPath = "/hang";
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, long> _received = new(StringComparer.Ordinal);

    private TimingReceiver(TestAuthority certificates)
    {
        // The empty builder takes no settings from the environment, which may be made for another program.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            for (var i = 0; i < 2; i++)
            {
                kestrel.Listen(IPAddress.Loopback, 0, listen =>
                {
                    listen.Protocols = HttpProtocols.Http1AndHttp2;
                    listen.UseHttps(certificates.Server);
                });
            }
        });
        _app = builder.Build();
        _app.Run(ReceiveAsync);
    }

    public static string Description => $"Kestrel {Environment.Version} in the benchmark's own process, TLS, HTTP/2";

    /// <summary>Where requests are answered 204 at once.</summary>
    public string Url => _app.Urls.First() + "/hook";

    /// <summary>Where requests are never answered.</summary>
    public string HangingUrl => _app.Urls.Last() + HangingPath;

    /// <summary>The timestamps of first receipts, by event id; only of those that were answered.</summary>
    public IReadOnlyDictionary<string, long> Received => _received;

    public static async Task<TimingReceiver> StartAsync(TestAuthority certificates, CancellationToken cancellationToken)
    {
        var receiver = new TimingReceiver(certificates);
        await receiver._app.StartAsync(cancellationToken);
        return receiver;
    }

    /// <summary>Forgets everything before the next round.</summary>
    public void Clear() => _received.Clear();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        var now = TimeProvider.System.GetTimestamp();
        var hangs = context.Request.Path == HangingPath;
        if (!hangs)
        {
            _received.TryAdd(context.Request.Headers["webhook-id"].ToString(), now);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }

        try
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            if (hangs)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The sender gave up, as it should.
        }
    }
}
