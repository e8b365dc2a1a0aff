namespace ControlPlane.Egress.Metering;

/// <summary>Bounds what a receiver may send over one connection. Reads and writes are each reported in order, but from two threads.</summary>
internal interface IWireMeter
{
    /// <exception cref="ExcessException">That was too much.</exception>
    void Received(ReadOnlySpan<byte> bytes);

    void Sending(ReadOnlySpan<byte> bytes);
}
