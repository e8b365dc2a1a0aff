using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using ControlPlane.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ControlPlane.Functional.Tests.Telemetry.Otlp;

/// <summary>Takes what is exported by the OpenTelemetry protocol, over gRPC or plain HTTP, and keeps the spans.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private const string Traces = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    private const string Metrics = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

    /// <summary>Before each message of gRPC: whether it is compressed, and its length.</summary>
    private const int FrameHeader = 5;

    private readonly ConcurrentQueue<byte[]> _exports = [];
    private readonly WebApplication _app;
    private int _metrics;

    private OtlpCollector(bool overHttp)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, 0, listen => listen.Protocols = overHttp ? HttpProtocols.Http1 : HttpProtocols.Http2));
        _app = builder.Build();
        _app.Run(overHttp ? TakeHttpAsync : TakeGrpcAsync);
    }

    /// <summary>Where to export to.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>How often metrics came.</summary>
    public int MetricExports => Volatile.Read(ref _metrics);

    /// <summary>What came of traces, as it came.</summary>
    public IReadOnlyList<byte[]> Exports => [.. _exports];

    public IReadOnlyList<Span> Spans => [.. _exports.SelectMany(export => ExportedTraces.Parser.ParseFrom(export).ResourceSpans)
        .SelectMany(resource => resource.ScopeSpans)
        .SelectMany(scope => scope.Spans)];

    public static async Task<OtlpCollector> StartAsync(bool overHttp = false)
    {
        var collector = new OtlpCollector(overHttp);
        await collector._app.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    /// <summary>Waits until spans of a name came, and gives those.</summary>
    public Task<IReadOnlyList<Span>> UntilAsync(string name, int count) => Eventually.BecomesAsync(
        () => Task.FromResult<IReadOnlyList<Span>>([.. Spans.Where(span => span.Name == name)]), spans => spans.Count >= count, $"{count} spans \"{name}\"");

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeGrpcAsync(HttpContext context)
    {
        var body = await ReadAsync(context);
        Take(context.Request.Path, Traces, Metrics, body.Length > 0 ? body[FrameHeader..] : body);
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[FrameHeader], context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private async Task TakeHttpAsync(HttpContext context)
    {
        Take(context.Request.Path, "/v1/traces", "/v1/metrics", await ReadAsync(context));
        context.Response.ContentType = "application/x-protobuf";
    }

    private void Take(PathString path, string traces, string metrics, byte[] message)
    {
        if (path == traces)
        {
            _exports.Enqueue(message);
        }
        else if (path == metrics)
        {
            Interlocked.Increment(ref _metrics);
        }
    }

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }
}

/// <summary>What tests ask spans.</summary>
internal static class SpanReading
{
    public static string Trace(this Span span) => Convert.ToHexStringLower(span.TraceId.Span);

    public static string Id(this Span span) => Convert.ToHexStringLower(span.SpanId.Span);

    public static string Parent(this Span span) => Convert.ToHexStringLower(span.ParentSpanId.Span);

    /// <summary>An attribute as text; null if it has none of the name.</summary>
    public static string? Tag(this Span span, string key) => span.Attributes.SingleOrDefault(pair => pair.Key == key)?.Value switch
    {
        null => null,
        { ValueCase: AnyValue.ValueOneofCase.IntValue } value => value.IntValue.ToString(CultureInfo.InvariantCulture),
        { ValueCase: AnyValue.ValueOneofCase.BoolValue } value => value.BoolValue ? "true" : "false",
        var value => value.StringValue,
    };
}
