using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ControlPlane.Benchmarks.Receivers;

/// <summary>Receivers that do what they should not, each on a port of its own: each is another host to the server.</summary>
internal sealed class HostileReceiver : IAsyncDisposable
{
    /// <summary>The code of HTTP/2 for a stream that was not looked at.</summary>
    private const int RefusedStream = 7;
    private static readonly TimeSpan DripPause = TimeSpan.FromMilliseconds(200);
    private static readonly byte[] Junk = new byte[64 << 10];

    private static readonly IReadOnlyList<Func<HttpContext, Task>> Ways = [HangAsync, DripAsync, FloodAsync, RefuseAsync, GoAwayAsync, AnswerEarlyAsync];
    private readonly WebApplication _app;

    private HostileReceiver(X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            foreach (var way in Ways)
            {
                kestrel.Listen(IPAddress.Loopback, 0, listen =>
                {
                    listen.Protocols = HttpProtocols.Http1AndHttp2;
                    listen.UseHttps(certificate);
                });
            }
        });
        _app = builder.Build();
        _app.Run(ReceiveAsync);
    }

    /// <summary>One for each way.</summary>
    public IReadOnlyList<string> Urls => [.. _app.Urls.Select((url, way) => $"{url}/{way}")];

    public static async Task<HostileReceiver> StartAsync(X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        var receiver = new HostileReceiver(certificate);
        await receiver._app.StartAsync(cancellationToken);
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task ReceiveAsync(HttpContext context)
    {
        try
        {
            await Ways[context.Request.Path.Value![1] - '0'](context);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The server gave up, as it should.
        }
    }

    private static Task HangAsync(HttpContext context) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);

    private static async Task DripAsync(HttpContext context)
    {
        while (true)
        {
            await context.Response.Body.WriteAsync(Junk.AsMemory(0, 1), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(DripPause, TimeProvider.System, context.RequestAborted);
        }
    }

    private static async Task FloodAsync(HttpContext context)
    {
        while (true)
        {
            await context.Response.Body.WriteAsync(Junk, context.RequestAborted);
        }
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Features.Get<IHttpResetFeature>()?.Reset(RefusedStream);
        return Task.CompletedTask;
    }

    private static Task GoAwayAsync(HttpContext context)
    {
        context.Connection.RequestClose();
        return RefuseAsync(context);
    }

    private static Task AnswerEarlyAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }
}
