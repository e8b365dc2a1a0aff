using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Egress.Connecting;

/// <summary>A connection that stands in the ledger, and among those that can give way, for as long as it is open. Owns its socket.</summary>
internal sealed class LedgeredStream : NetworkStream
{
    private readonly RemoteAddressLedger _ledger;
    private readonly OpenSockets _sockets;
    private readonly string _host;
    private readonly IPEndPoint _remote;
    private int _isClosed;

    public LedgeredStream(Socket socket, RemoteAddressLedger ledger, OpenSockets sockets, string host, IPEndPoint remote)
        : base(socket, ownsSocket: true)
    {
        (_ledger, _sockets, _host, _remote) = (ledger, sockets, host, remote);
        _ledger.Opened(_host, _remote.Port, _remote.Address);
        _sockets.Opened(_host, _remote.Port, this);
    }

    /// <summary>Where the connection goes.</summary>
    public IPEndPoint Remote => _remote;

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            _sockets.Closed(_host, _remote.Port, this);
            _ledger.Closed(_host, _remote.Port, _remote.Address);
        }

        base.Dispose(disposing);
    }
}
