namespace ControlPlane.Egress.Connecting;

/// <summary>Tells failures of HTTP/2 itself, which HTTP/1.1 does not have, from other failures.</summary>
internal static class Http2Fault
{
    public const uint HttpRequiredCode = 0xd;

    public const string HttpRequired = "the receiver answered HTTP_1_1_REQUIRED";

    public const string ProtocolError = "the connection failed with PROTOCOL_ERROR";

    /// <summary>What is at fault, as part of a sentence; null if it is not HTTP/2. Codes: RFC 9113, 7.</summary>
    public static string? Describe(Exception exception)
    {
        for (Exception? current = exception; current is not null; current = current.InnerException)
        {
            // A receiver that no longer responds to pings is gone, whatever the version.
            if (current is HttpProtocolException protocol && !protocol.Message.Contains("ping", StringComparison.OrdinalIgnoreCase))
            {
                return protocol.ErrorCode switch
                {
                    0x1 => ProtocolError,
                    0x3 => "the connection failed with FLOW_CONTROL_ERROR",
                    0x6 => "the connection failed with FRAME_SIZE_ERROR",
                    0x9 => "the connection failed with COMPRESSION_ERROR",
                    0xc => "the receiver refused with INADEQUATE_SECURITY",
                    HttpRequiredCode => HttpRequired,
                    _ => null,
                };
            }
        }

        return null;
    }
}
