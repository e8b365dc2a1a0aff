using System.Buffers.Binary;
using System.Net;
using System.Numerics;
using ControlPlane.Egress.Policy;
using ControlPlane.Egress.Tests.Peers;
using FsCheck;
using FsCheck.Fluent;

namespace ControlPlane.Egress.Tests.Policy;

public sealed class AddressPolicyProperties
{
    /// <summary>First and last of what must be denied, written out again so that the table is checked, not repeated.</summary>
    private static readonly (uint First, uint Last)[] DeniedIPv4 =
    [
        .. new[]
        {
            ("0.0.0.0", "0.255.255.255"), ("10.0.0.0", "10.255.255.255"), ("100.64.0.0", "100.127.255.255"),
            ("127.0.0.0", "127.255.255.255"), ("169.254.0.0", "169.254.255.255"), ("172.16.0.0", "172.31.255.255"),
            ("192.0.0.0", "192.0.0.255"), ("192.0.2.0", "192.0.2.255"), ("192.31.196.0", "192.31.196.255"),
            ("192.52.193.0", "192.52.193.255"), ("192.88.99.0", "192.88.99.255"), ("192.168.0.0", "192.168.255.255"),
            ("192.175.48.0", "192.175.48.255"), ("198.18.0.0", "198.19.255.255"), ("198.51.100.0", "198.51.100.255"),
            ("203.0.113.0", "203.0.113.255"), ("224.0.0.0", "255.255.255.255"), ("168.63.129.16", "168.63.129.16"),
        }.Select(range => (ToNumber(range.Item1), ToNumber(range.Item2))),
    ];

    private static readonly (string First, string Last)[] DeniedGlobalUnicast =
    [
        ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"), ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"),
    ];

    private static readonly AddressPolicy Policy = Policies.Addresses();

    public static TheoryData<string, string> DeniedIPv4Ranges() =>
        new(DeniedIPv4.Select(range => (ToAddress(range.First).ToString(), ToAddress(range.Last).ToString())));

    public static TheoryData<string, string> DeniedIPv6Ranges() => new(DeniedGlobalUnicast);

    [Theory]
    [MemberData(nameof(DeniedIPv4Ranges))]
    public void Judge_IPv4RangeEdges_AreDeniedAndNeighboursAreNot(string first, string last)
    {
        Assert.False(Judge(ToNumber(first)));
        Assert.False(Judge(ToNumber(last)));
        Assert.Equal(!IsDenied(ToNumber(first) - 1), Judge(ToNumber(first) - 1));
        Assert.Equal(!IsDenied(ToNumber(last) + 1), Judge(ToNumber(last) + 1));
    }

    [Theory]
    [MemberData(nameof(DeniedIPv6Ranges))]
    public void Judge_IPv6RangeEdges_AreDeniedAndNeighboursAreNot(string first, string last)
    {
        Assert.False(Policy.Judge(IPAddress.Parse(first)).IsAllowed);
        Assert.False(Policy.Judge(IPAddress.Parse(last)).IsAllowed);
        Assert.True(Policy.Judge(Shift(first, -1)).IsAllowed);
        Assert.True(Policy.Judge(Shift(last, 1)).IsAllowed);
    }

    [Fact]
    public void Judge_AddressInsideDeniedIPv4Range_IsDeniedPlainAndMapped() =>
        AnyDeniedIPv4().Holds(number => !Judge(number));

    [Fact]
    public void Judge_AnyIPv4Address_IsAllowedExactlyOutsideTheRanges() =>
        AnyIPv4().Holds(number => Judge(number) == !IsDenied(number));

    [Fact]
    public void Judge_AnyIPv6AddressOutsideGlobalUnicast_IsDeniedUnlessMappedPublic() =>
        AnyIPv6().Holds(bytes =>
        {
            var address = new IPAddress(bytes);
            var isGlobal = bytes[0] >> 5 == 1;
            return isGlobal || address.IsIPv4MappedToIPv6 || !Policy.Judge(address).IsAllowed;
        });

    [Fact]
    public void Judge_AddressInsideDeniedGlobalUnicast_IsDenied()
    {
        var inside =
            from range in Gen.Elements(DeniedGlobalUnicast)
            from bytes in AnyIPv6()
            let size = ToBig(range.Last) - ToBig(range.First) + 1
            select ToBytes(ToBig(range.First) + (new BigInteger(bytes, isUnsigned: true) % size));
        inside.Holds(bytes => !Policy.Judge(new IPAddress(bytes)).IsAllowed);
    }

    internal static Gen<uint> AnyIPv4() =>
        from high in Gen.Choose(0, 0xFFFF)
        from low in Gen.Choose(0, 0xFFFF)
        select ((uint)high << 16) | (uint)low;

    internal static Gen<uint> AnyDeniedIPv4() =>
        from range in Gen.Elements(DeniedIPv4)
        from number in AnyIPv4()
        select range.First + (uint)(number % ((ulong)range.Last - range.First + 1));

    internal static bool IsDenied(uint number) => DeniedIPv4.Any(range => range.First <= number && number <= range.Last);

    internal static IPAddress ToAddress(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }

    private static Gen<byte[]> AnyIPv6() => Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(16);

    /// <summary>Plain and IPv4-mapped, which must agree.</summary>
    private static bool Judge(uint number)
    {
        var address = ToAddress(number);
        var verdict = Policy.Judge(address);
        Assert.Equal(verdict, Policy.Judge(address.MapToIPv6()));
        return verdict.IsAllowed;
    }

    private static uint ToNumber(string address) =>
        BinaryPrimitives.ReadUInt32BigEndian(IPAddress.Parse(address).GetAddressBytes());

    private static IPAddress Shift(string address, int by) => new(ToBytes(ToBig(address) + by));

    private static BigInteger ToBig(string address) =>
        new(IPAddress.Parse(address).GetAddressBytes(), isUnsigned: true, isBigEndian: true);

    private static byte[] ToBytes(BigInteger number)
    {
        var bytes = new byte[16];
        var written = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        written.CopyTo(bytes, bytes.Length - written.Length);
        return bytes;
    }
}
