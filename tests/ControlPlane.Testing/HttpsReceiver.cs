using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace ControlPlane.Testing;

/// <summary>A real HTTPS server with as many addresses as tests want, each of which keeps what it gets and answers as told.</summary>
public sealed class HttpsReceiver : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Inbox> _inboxes = new(StringComparer.Ordinal);
    private readonly TestAuthority _certificates = new();
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<ConnectionContext, int> _connections = new();
    private int _count;

    private HttpsReceiver(bool wantsCertificates)
    {
        // The empty builder takes no settings from the environment, which may be made for another program.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.Use(next => connection => CountAsync(next, connection));
                listen.UseHttps(_certificates.Server, https =>
                {
                    https.ClientCertificateMode = wantsCertificates ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate;
                    https.ClientCertificateValidation = (certificate, chain, _) => _certificates.HasIssued(certificate, chain);
                });
            }));
        _app = builder.Build();
        _app.Run(ReceiveAsync);
    }

    /// <summary>What a server has to trust.</summary>
    public string AuthorityPem => _certificates.AuthorityPem;

    /// <summary>For more receivers of the same authority.</summary>
    public TestAuthority Certificates => _certificates;

    /// <summary>Starts one.</summary>
    /// <param name="wantsCertificates">Whether its clients need certificates of its authority, whose subjects are then the header
    /// <c>client-certificate</c> of what it gets.</param>
    public static async Task<HttpsReceiver> StartAsync(bool wantsCertificates = false)
    {
        var receiver = new HttpsReceiver(wantsCertificates);
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>A new address.</summary>
    public Inbox Open()
    {
        var path = $"/in/{Interlocked.Increment(ref _count)}";
        return _inboxes[path] = new Inbox(_app.Urls.Single() + path);
    }

    /// <summary>Waits until everything has come in that was sent by processes which are gone.</summary>
    public Task ForgottenAsync() => Eventually.BecomesAsync(
        () => Task.FromResult(_connections.Keys.Where(IsLeft).ToList()), left => left.Count == 0, "connections of a process that is gone to close");

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificates.Dispose();
    }

    private static bool IsLeft(ConnectionContext connection) =>
        LocalSockets.Find(((IPEndPoint)connection.RemoteEndPoint!).Port, ((IPEndPoint)connection.LocalEndPoint!).Port) is null;

    private async Task CountAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        _connections[connection] = 0;
        try
        {
            await next(connection);
        }
        finally
        {
            _connections.TryRemove(connection, out _);
        }
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        if (!_inboxes.TryGetValue(context.Request.Path, out var inbox))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        try
        {
            await AnswerAsync(context, inbox);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The sender was killed or gave up, as some tests want it to.
        }
    }

    private static async Task AnswerAsync(HttpContext context, Inbox inbox)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        if (context.Connection.ClientCertificate is { } own)
        {
            headers["client-certificate"] = own.Subject;
        }

        var request = inbox.Add(number => new(
            number, context.Request.Method, context.Request.GetEncodedPathAndQuery(), headers, body.ToArray()));
        var answer = inbox.Answer(request);
        await answer.After.WaitAsync(context.RequestAborted);
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (answer.Body.Length > 0)
        {
            await context.Response.WriteAsync(answer.Body, context.RequestAborted);
        }

        await context.Response.CompleteAsync();
        if (answer.Status is >= 200 and <= 299 && !context.RequestAborted.IsCancellationRequested)
        {
            inbox.Accept(request);
        }
    }
}
