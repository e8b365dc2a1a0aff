using System.Collections.Concurrent;
using System.Net;
using ControlPlane.CrashTests.Points;
using ControlPlane.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ControlPlane.CrashTests.Receiving;

/// <summary>A real HTTPS server that keeps every request with the time and the process that it came from.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly TimeProvider _clock = TimeProvider.System;
    private readonly ConcurrentDictionary<string, Mailbox> _mailboxes = new(StringComparer.Ordinal);
    private readonly TestAuthority _certificates = new();
    private readonly Moments _moments;
    private readonly WebApplication _app;
    private int _connections;
    private int _numbers;
    private int _paths;

    private Receiver(Moments moments)
    {
        _moments = moments;
        // The empty builder takes no settings from the environment, which may be made for another program.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            // However slow the machine: what is cut is cut by a kill.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                // Counted before TLS: a connection that is not counted cannot bring a request.
                listen.Use(next => async connection =>
                {
                    Interlocked.Increment(ref _connections);
                    connection.Items[nameof(LifeOf)] = LifeOf(((IPEndPoint)connection.RemoteEndPoint!).Port, ((IPEndPoint)connection.LocalEndPoint!).Port);
                    try
                    {
                        await next(connection);
                    }
                    finally
                    {
                        Interlocked.Decrement(ref _connections);
                    }
                });
                listen.UseHttps(_certificates.Server);
            });
        });
        _app = builder.Build();
        _app.Run(ReceiveAsync);
    }

    public string AuthorityPem => _certificates.AuthorityPem;

    /// <summary>Returns the life of a server that a connection comes from: told the port of its other end, and of this one.</summary>
    public Func<int, int, int> LifeOf { get; set; } = (_, _) => 0;

    public static async Task<Receiver> StartAsync(Moments moments)
    {
        var receiver = new Receiver(moments);
        await receiver._app.StartAsync();
        return receiver;
    }

    public Mailbox Open(Func<string, int, int> answer, TimeSpan hold)
    {
        var path = $"/in/{Interlocked.Increment(ref _paths)}";
        return _mailboxes[path] = new(_app.Urls.Single() + path, answer, hold);
    }

    /// <summary>
    /// Waits until everything that a dead server sent has come in: until the last of its connections is closed. Only then can what
    /// comes be told to be from the next one.
    /// </summary>
    public async Task QuietAsync()
    {
        for (var started = _clock.GetTimestamp(); Volatile.Read(ref _connections) > 0;)
        {
            Assert.True(_clock.GetElapsedTime(started) < Eventually.Limit, "Connections of a dead server stay open.");
            await Task.Delay(Pause, _clock);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificates.Dispose();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context, _mailboxes[context.Request.Path]);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The sender was killed.
        }
    }

    private async Task AnswerAsync(HttpContext context, Mailbox mailbox)
    {
        var ended = context.RequestAborted;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, ended);
        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var life = (int)context.Features.GetRequiredFeature<IConnectionItemsFeature>().Items[nameof(LifeOf)]!;
        var (receipt, status) = mailbox.Add(
            () => new(Interlocked.Increment(ref _numbers), life, _clock.GetTimestamp(), headers, body.ToArray()));
        _moments.Reached("request received");
        await Task.Delay(mailbox.Hold * Random.Shared.NextDouble(), _clock, ended);
        context.Response.StatusCode = receipt.Status = status;
        receipt.Answered = _clock.GetTimestamp();
        await context.Response.WriteAsync($"{Receipt.Mark}{receipt.Number}", ended);
        await context.Response.CompleteAsync();
        _moments.Reached("request answered");
    }
}
