using System.Net;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Metering;
using ControlPlane.Egress.Policy;
using ControlPlane.Egress.Trust;

namespace ControlPlane.Egress;

/// <summary>
/// Builds the handlers through which everything leaves. One adds nothing to a request and follows nothing in a
/// response; deadlines are the caller's, by cancellation and <see cref="AttemptDeadline"/>. For HTTP/2 where the receiver speaks it, send requests with
/// version 2.0 and <see cref="HttpVersionPolicy.RequestVersionOrLower"/>.
/// </summary>
internal sealed class EgressHandlerFactory(
    GuardedConnector connector, ServerTrust trust, UrlPolicy urls, Http2Fallbacks fallbacks, EndedConnections ended, TimeProvider time,
    IWebProxy? proxy)
{
    private const int MaxResponseHeadersKilobytes = 64;

    /// <summary>As long as the longest attempt; nearly always the deadline of the attempt itself is sooner.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromMinutes(1);

    /// <summary>
    /// An HTTP/2 connection whose other end vanished without a word would take requests until its lifetime is over. It is asked
    /// for a sign of life when nothing came for this long.
    /// </summary>
    private static readonly TimeSpan KeepAlivePingDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KeepAlivePingTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan PooledConnectionLifetime = TimeSpan.FromMinutes(2);

    /// <summary>Makes a handler with connections of its own.</summary>
    /// <param name="own">What it presents to receivers that ask for a client certificate; null for nothing.</param>
    public HttpMessageHandler Create(ClientCertificate? own = null) => Create(own, PooledConnectionLifetime);

    /// <summary>Makes a handler for one request, on a connection of its own.</summary>
    public HttpMessageHandler CreateForOneRequest(ClientCertificate? own = null) => Create(own, TimeSpan.Zero);

    private HttpMessageHandler Create(ClientCertificate? own, TimeSpan pooledConnectionLifetime)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = proxy is not null,
            Proxy = proxy,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
            PooledConnectionLifetime = pooledConnectionLifetime,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            ConnectTimeout = ConnectTimeout,
            KeepAlivePingDelay = KeepAlivePingDelay,
            KeepAlivePingTimeout = KeepAlivePingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
            MaxResponseHeadersLength = MaxResponseHeadersKilobytes,
            MaxResponseDrainSize = 0,
            ResponseDrainTimeout = TimeSpan.Zero,
            SslOptions = trust.CreateOptions(own),
            PlaintextStreamFilter = MeterAsync,
            RequestHeaderEncodingSelector = static (header, request) => RequestTrace.CountHead(header, request),
        };
        if (proxy is not null)
        {
            // With a proxy the connect callback would see the proxy's address, which is the operator's own choice.
            return new ProxiedUrlGuard(urls, handler);
        }

        handler.ConnectCallback = connector.ConnectAsync;
        return handler;
    }

    /// <summary>Called when a connection is ready for its first request. The tunnel to a proxy is none to a receiver, but has one inside.</summary>
    private ValueTask<Stream> MeterAsync(SocketsHttpPlaintextStreamFilterContext context, CancellationToken cancellationToken)
    {
        AttemptDeadline.Of(context.InitialRequestMessage)?.Established();
        return ValueTask.FromResult(
            context.InitialRequestMessage.Method == HttpMethod.Connect ? context.PlaintextStream
            : context.NegotiatedHttpVersion.Major >= 2 ? MeterHttp2(context.PlaintextStream, context.InitialRequestMessage.RequestUri!)
            : new EarlyAnswerStream(new MeteredStream(context.PlaintextStream, new Http1Meter()), time));
    }

    private LateEndStream MeterHttp2(Stream connection, Uri origin)
    {
        var meter = new Http2Meter(
            gone: code =>
            {
                if (code == Http2Fault.HttpRequiredCode)
                {
                    fallbacks.Add(origin, Http2Fault.HttpRequired);
                }
            },
            unknown: () => fallbacks.Add(origin, Http2Fault.ProtocolError));
        return new(
            new MeteredStream(connection, meter),
            () =>
            {
                if (meter.HasAnswered)
                {
                    ended.Add(origin);
                }
            },
            time);
    }
}
