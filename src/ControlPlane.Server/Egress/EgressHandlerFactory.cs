using System.Net;

namespace ControlPlane.Server.Egress;

/// <summary>
/// Builds the one handler through which everything leaves. It adds nothing to a request and follows nothing in a
/// response; deadlines are the caller's, by cancellation. For HTTP/2 where the receiver speaks it, send requests with
/// version 2.0 and <see cref="HttpVersionPolicy.RequestVersionOrLower"/>.
/// </summary>
internal sealed class EgressHandlerFactory(GuardedConnector connector, ServerTrust trust, UrlPolicy urls, IWebProxy? proxy)
{
    private const int MaxResponseHeadersKilobytes = 16;

    public HttpMessageHandler Create()
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
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            MaxResponseHeadersLength = MaxResponseHeadersKilobytes,
            MaxResponseDrainSize = 0,
            ResponseDrainTimeout = TimeSpan.Zero,
            SslOptions = trust.CreateOptions(),
        };
        if (proxy is not null)
        {
            // With a proxy the connect callback would see the proxy's address, which is the operator's own choice.
            return new ProxiedUrlGuard(urls, handler);
        }

        handler.ConnectCallback = connector.ConnectAsync;
        return handler;
    }
}
