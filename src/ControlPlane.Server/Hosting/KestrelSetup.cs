using System.Net.Security;
using ControlPlane.Server.Api.Hardening;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Hosting;

/// <summary>Opens the two listeners: gRPC over HTTP/2 alone, health and doors over HTTP/1.1.</summary>
internal sealed class KestrelSetup(IOptions<ListenOptions> listen, ListenerCertificate certificate, FrameMeter frames)
    : IConfigureOptions<KestrelServerOptions>
{
    private const int MaxHeaderBytes = 16 << 10;

    public void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        // A proxy that ends TLS passes its clients' ":scheme https" on over plain HTTP/2.
        options.AllowAlternateSchemes = true;
        Bound(options.Limits);
        var http2 = options.Limits.Http2;
        // A client that vanished without a word is noticed, and its streams end.
        http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        http2.MaxStreamsPerConnection = 1000;
        http2.InitialConnectionWindowSize = 1 << 20;
        http2.InitialStreamWindowSize = 512 << 10;
        http2.MaxRequestHeaderFieldSize = MaxHeaderBytes;
        Listen(options, listen.Value.Grpc, HttpProtocols.Http2);
        Listen(options, listen.Value.Http, HttpProtocols.Http1);
    }

    /// <summary>What a client may cost before it is known. Said here even where it is the library's own default.</summary>
    private static void Bound(KestrelServerLimits limits)
    {
        limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        limits.MaxRequestHeaderCount = 100;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(30);
        // Of each stream; an answer beyond it waits to be read, and counts against its connection.
        limits.MaxResponseBufferSize = 16 << 10;
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
        // Bytes per second, by when it counts; streams of requests are exempt, since they may be silent.
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
    }

    private void Listen(KestrelServerOptions options, string text, HttpProtocols protocols)
    {
        var address = ListenAddress.Parse(text)!;
        void Setup(Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions endpoint)
        {
            endpoint.Protocols = protocols;
            if (address.Tls)
            {
                endpoint.UseHttps(new TlsHandshakeCallbackOptions
                {
                    OnConnection = _ => new(new SslServerAuthenticationOptions { ServerCertificateContext = certificate.Current.Context }),
                });
            }

            if (protocols is HttpProtocols.Http2)
            {
                endpoint.Use(frames.Meter);
            }
        }

        if (address.Address is { } ip)
        {
            options.Listen(ip, address.Port, Setup);
        }
        else
        {
            options.ListenLocalhost(address.Port, Setup);
        }
    }
}
