using System.Net;
using ControlPlane.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ControlPlane.Benchmarks.Receivers;

/// <summary>
/// An HTTPS receiver in this process with a port that always answers 204, and ports that fail for a while now and then, each in its own
/// way: by a status, by closing the connection, by no answer.
/// </summary>
internal sealed class UnsteadyReceiver : IAsyncDisposable
{
    /// <summary>The status that one of the ports fails with; to be taken for final, it makes dead letters at the rate of publishes.</summary>
    public const int Rejection = StatusCodes.Status422UnprocessableEntity;

    private static readonly TimeSpan Cycle = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Failing = TimeSpan.FromSeconds(20);

    private static readonly IReadOnlyList<Func<HttpContext, Task>> Ways = [BeBusyAsync, AbortAsync, HangAsync, RejectAsync];
    private readonly WebApplication _app;
    private readonly Action<string> _received;
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private volatile bool _steady;
    private long _failed;

    private UnsteadyReceiver(TestAuthority certificates, Action<string> received)
    {
        _received = received;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            for (var port = 0; port <= Ways.Count; port++)
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

    public static string Description =>
        $"Kestrel {Environment.Version} in the benchmark's own process, TLS, HTTP/2; {Ways.Count} of its {Ways.Count + 1} ports fail for "
        + $"{Failing.TotalSeconds:0} s of every {Cycle.TotalSeconds:0} s, not all at once: by 503, by closing, by no answer, by {Rejection}";

    /// <summary>Where every request is answered 204 at once.</summary>
    public string SteadyUrl => _app.Urls.First() + "/hook";

    /// <summary>Where requests fail for a while now and then.</summary>
    public IReadOnlyList<string> UnsteadyUrls => [.. _app.Urls.Skip(1).Select((url, way) => $"{url}/{way}")];

    /// <summary>Requests that were not answered 204.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <param name="certificates">Whose certificate it shows.</param>
    /// <param name="received">Told the message id of every request that is answered 204, just before; on any thread.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<UnsteadyReceiver> StartAsync(TestAuthority certificates, Action<string> received, CancellationToken cancellationToken)
    {
        var receiver = new UnsteadyReceiver(certificates, received);
        await receiver._app.StartAsync(cancellationToken);
        return receiver;
    }

    /// <summary>Lets no port fail any more.</summary>
    public void BecomeSteady() => _steady = true;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private bool IsFailing(int way)
    {
        var time = TimeProvider.System.GetElapsedTime(_started) + (way * Cycle / Ways.Count);
        return !_steady && time.Ticks % Cycle.Ticks < Failing.Ticks;
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        try
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            var way = context.Request.Path.Value![1] - '0';
            if (way >= 0 && way < Ways.Count && IsFailing(way))
            {
                Interlocked.Increment(ref _failed);
                await Ways[way](context);
                return;
            }

            context.Response.StatusCode = StatusCodes.Status204NoContent;
            _received(context.Request.Headers["webhook-id"].ToString());
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The server gave up, as it should.
        }
    }

    private static Task BeBusyAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    }

    private static Task RejectAsync(HttpContext context)
    {
        context.Response.StatusCode = Rejection;
        return Task.CompletedTask;
    }

    private static Task AbortAsync(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    private static Task HangAsync(HttpContext context) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
}
