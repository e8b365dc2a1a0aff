namespace ControlPlane.Egress.Policy;

/// <summary>Whether an address may be dialed and, if not, what it is: <c>loopback (127.0.0.0/8)</c>.</summary>
internal readonly record struct AddressVerdict(bool IsAllowed, string Reason)
{
    public static AddressVerdict Allowed { get; } = new(true, "");

    public static AddressVerdict Denied(string reason) => new(false, reason);
}
