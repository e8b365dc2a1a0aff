using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Egress.Connecting;

/// <summary>A connection that stands in the ledger for as long as it is open. Owns its socket.</summary>
internal sealed class LedgeredStream : NetworkStream
{
    private readonly RemoteAddressLedger _ledger;
    private readonly string _host;
    private readonly IPEndPoint _remote;
    private int _isClosed;

    public LedgeredStream(Socket socket, RemoteAddressLedger ledger, string host, IPEndPoint remote)
        : base(socket, ownsSocket: true)
    {
        (_ledger, _host, _remote) = (ledger, host, remote);
        _ledger.Opened(_host, _remote.Port, _remote.Address);
    }

    /// <summary>Where the connection goes.</summary>
    public IPEndPoint Remote => _remote;

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            _ledger.Closed(_host, _remote.Port, _remote.Address);
        }

        base.Dispose(disposing);
    }
}
