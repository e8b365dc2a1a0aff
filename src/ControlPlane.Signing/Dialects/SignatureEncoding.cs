namespace ControlPlane.Signing;

/// <summary>How the bytes of a signature are written.</summary>
public enum SignatureEncoding
{
    /// <summary>Base64 with the standard alphabet and padding (RFC 4648 section 4).</summary>
    Base64,

    /// <summary>Lower-case hexadecimal.</summary>
    Hex,
}
