using ControlPlane.Egress.Trust;

namespace ControlPlane.Egress;

/// <summary>
/// The connections that present one client certificate. Each owner of a certificate has its own, so that no request of another one gets
/// onto them, not even to the same receiver. Disposed when the certificate is not to be used any more: what is under way ends in peace,
/// and what comes too late gets a connection of its own.
/// </summary>
internal sealed class ClientConnections(ClientCertificate certificate) : IDisposable
{
    private readonly Lock _lock = new();
    private HttpMessageInvoker? _pool;
    private int _users;
    private bool _ended;

    public ClientCertificate Certificate => certificate;

    /// <summary>Sends over a connection that is kept for more requests.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        EgressHandlerFactory factory, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Enter(factory) is not { } pool)
        {
            using var single = new HttpMessageInvoker(factory.CreateForOneRequest(certificate));
            return await single.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await pool.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Leave();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _ended = true;
            Close();
        }
    }

    private HttpMessageInvoker? Enter(EgressHandlerFactory factory)
    {
        lock (_lock)
        {
            if (_ended)
            {
                return null;
            }

            _users++;
            return _pool ??= new(factory.Create(certificate));
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            _users--;
            Close();
        }
    }

    /// <summary>Answers that are still being read keep their connections.</summary>
    private void Close()
    {
        if (_ended && _users == 0)
        {
            _pool?.Dispose();
            _pool = null;
        }
    }
}
