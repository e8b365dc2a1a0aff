using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ControlPlane.Benchmarks.Receivers;

/// <summary>Takes what is exported by the OpenTelemetry protocol over plain HTTP, and forgets it.</summary>
internal sealed class CollectorSink : IAsyncDisposable
{
    private readonly WebApplication _app;
    private long _bytes;

    private CollectorSink()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        _app = builder.Build();
        _app.Run(TakeAsync);
    }

    public string Url => _app.Urls.Single();

    /// <summary>How much came.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public static async Task<CollectorSink> StartAsync(CancellationToken cancellationToken)
    {
        var sink = new CollectorSink();
        await sink._app.StartAsync(cancellationToken);
        return sink;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        Interlocked.Add(ref _bytes, context.Request.ContentLength ?? 0);
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        context.Response.ContentType = "application/x-protobuf";
    }
}
