using System.Net;
using System.Net.Sockets;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Metering;
using ControlPlane.Egress.Trust;

namespace ControlPlane.Egress;

/// <summary>
/// The one way out: sends a request over the shared, guarded connection pool. A request that met a connection the receiver was
/// closing, that the receiver did not process, or that HTTP/2 failed, goes out once more at once, on a connection of its own.
/// </summary>
internal sealed class EgressInvoker(
    EgressHandlerFactory factory, Http2Fallbacks fallbacks, EndedConnections ended, OpenSockets sockets, ServerTrust trust) : IDisposable
{
    private readonly HttpMessageInvoker _pooled = new(factory.Create());

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        SendAsync(request, new RequestTrace(), own: null, cancellationToken);

    /// <summary>
    /// Sends. The request is written to connections at most twice. Until the trace is disposed, the connections to the request's origin
    /// are not closed for the sake of others.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="trace">Takes note of what becomes of it.</param>
    /// <param name="own">The connections that the request is to go over; null for those that all share.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    public async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, RequestTrace trace, ClientConnections? own, CancellationToken cancellationToken)
    {
        RequestTrace.Current = trace;
        trace.Use = sockets.Use(request.RequestUri!.IdnHost, request.RequestUri.Port);
        if (request.Version.Major >= 2 && fallbacks.Find(request.RequestUri!) is { } fallback)
        {
            request.Version = HttpVersion.Version11;
            trace.Note = fallback;
        }

        try
        {
            return await SendOnceOrTwiceAsync(request, trace, own, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && RefusalOf(exception, request, own) is { } refusal)
        {
            throw new HttpRequestException(
                HttpRequestError.SecureConnectionError, refusal.Message, new EgressException(refusal, exception));
        }
    }

    public void Dispose() => _pooled.Dispose();

    private async Task<HttpResponseMessage> SendOnceOrTwiceAsync(
        HttpRequestMessage request, RequestTrace trace, ClientConnections? own, CancellationToken cancellationToken)
    {
        var (version, started) = (request.Version, ended.Now());
        try
        {
            return await (own?.SendAsync(factory, request, cancellationToken) ?? _pooled.SendAsync(request, cancellationToken)).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && MayRepeat(exception, request, version, trace, started))
        {
            // The request goes out again below, outside of the handler of the failure.
        }

        trace.AllowAgain();
        // Many requests that were refused together would share a connection of HTTP/2, and be refused again by a receiver that takes
        // a few on each. What is left of the answer can still be read after the end of this.
        using var fresh = new HttpMessageInvoker(factory.CreateForOneRequest(own?.Certificate));
        return await fresh.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>That the receiver wants another client certificate, which the handler does not distinguish from other failures.</summary>
    private EgressFailure? RefusalOf(Exception exception, HttpRequestMessage request, ClientConnections? own) =>
        EgressFailure.Of(exception) is null or { Kind: EgressFailureKind.Tls }
            ? EgressFailure.OfClientCertificate(exception, trust.ClientCertificates.Contains(request.RequestUri!.IdnHost), own is not null)
            : null;

    private bool MayRepeat(Exception exception, HttpRequestMessage request, Version version, RequestTrace trace, long started)
    {
        if (ExcessException.Of(exception) is not null)
        {
            return false;
        }

        var cause = exception.GetBaseException();
        var isBroken = cause is SocketException or (IOException and not HttpProtocolException);
        // What is to be sent over HTTP/1.1 from now on can have failed before it was written, too.
        if (!trace.WasSent && (version.Major < 2 || fallbacks.Find(request.RequestUri!) is null))
        {
            // A connection that broke before the request was written to it. That none can be made is another matter.
            return isBroken && EgressFailure.Of(exception) is null;
        }

        if (version.Major >= 2 && FallsBack(exception, request, version))
        {
            request.Version = HttpVersion.Version11;
            trace.Note = fallbacks.Find(request.RequestUri!) ?? "";
            return true;
        }

        if (cause is RepeatedRequestException)
        {
            trace.Note = "Sent twice: the receiver refused it unread the first time (REFUSED_STREAM, GOAWAY or a closed connection).";
            return true;
        }

        var isReused = version.Major >= 2 && trace.Connection is null
            ? AttemptDeadline.Of(request) is { HasConnected: false } || ended.Since(request.RequestUri!, started)
            : trace.IsUnansweredOnReusedConnection;
        if (isReused && isBroken)
        {
            trace.Note = "Sent twice: the reused connection of the first time closed without an answer.";
            return true;
        }

        return false;
    }

    /// <summary>Whether the origin is sent to over HTTP/1.1 from now on.</summary>
    private bool FallsBack(Exception exception, HttpRequestMessage request, Version version)
    {
        // The handler lowers the version by itself when the receiver refused the stream with HTTP_1_1_REQUIRED.
        var fault = request.Version < version ? Http2Fault.HttpRequired : Http2Fault.Describe(exception);
        if (fault is not null)
        {
            fallbacks.Add(request.RequestUri!, fault);
        }

        return fault is not null || fallbacks.Find(request.RequestUri!) is not null;
    }
}
