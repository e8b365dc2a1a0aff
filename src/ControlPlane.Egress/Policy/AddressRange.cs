using System.Net;

namespace ControlPlane.Egress.Policy;

/// <summary>A block of addresses with the name its registry gives it.</summary>
internal readonly record struct AddressRange(IPNetwork Network, string Name)
{
    public override string ToString() => $"{Name} ({Network})";
}
