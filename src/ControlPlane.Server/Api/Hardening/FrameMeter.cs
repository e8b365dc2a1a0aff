using ControlPlane.Server.Api.Errors;
using Microsoft.AspNetCore.Connections;

namespace ControlPlane.Server.Api.Hardening;

/// <summary>Puts <see cref="ClientFrames"/> on every connection of a listener, inside TLS. One line in the log stands for all that it closes.</summary>
internal sealed class FrameMeter(TimeProvider clock, ILogger<FrameMeter> logger)
{
    private readonly LogThrottle _throttle = new(clock);

    /// <summary>A connection middleware.</summary>
    public ConnectionDelegate Meter(ConnectionDelegate next) => async connection =>
    {
        var plain = connection.Transport;
        connection.Transport = new MeteredTransport(plain, new ClientFrames(clock), what => Close(connection, what));
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = plain;
        }
    };

    private void Close(ConnectionContext connection, string what)
    {
        if (_throttle.Count() is { } closed)
        {
            HardeningLog.ConnectionClosed(logger, what, $"{connection.RemoteEndPoint}", closed);
        }

        connection.Abort(new ConnectionAbortedException($"The client sent too many {what}."));
    }
}
