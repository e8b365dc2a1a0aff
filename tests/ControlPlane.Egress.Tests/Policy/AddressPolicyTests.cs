using System.Net;
using ControlPlane.Egress.Policy;

namespace ControlPlane.Egress.Tests.Policy;

public sealed class AddressPolicyTests
{
    [Theory]
    [InlineData("127.0.0.1", "loopback (127.0.0.0/8)")]
    [InlineData("10.1.2.3", "private use (10.0.0.0/8)")]
    [InlineData("169.254.169.254", "link local (169.254.0.0/16)")]
    [InlineData("168.63.129.16", "cloud platform address (168.63.129.16/32)")]
    [InlineData("255.255.255.255", "limited broadcast (255.255.255.255/32)")]
    [InlineData("::1", "loopback (::1/128)")]
    [InlineData("::", "unspecified (::/128)")]
    [InlineData("::ffff:10.0.0.1", "private use (10.0.0.0/8)")]
    [InlineData("::10.0.0.1", "IPv4-compatible (::/96)")]
    [InlineData("64:ff9b::a9fe:a9fe", "IPv4-IPv6 translation (64:ff9b::/96)")]
    [InlineData("64:ff9b::808:808", "IPv4-IPv6 translation (64:ff9b::/96)")]
    [InlineData("fd00:ec2::254", "unique local (fc00::/7)")]
    [InlineData("fe80::1", "link local (fe80::/10)")]
    [InlineData("2002:7f00:1::", "6to4 (2002::/16)")]
    [InlineData("2001::1", "IETF protocol assignments (2001::/23)")]
    [InlineData("4000::1", "outside global unicast (2000::/3)")]
    [InlineData("1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "outside global unicast (2000::/3)")]
    public void Judge_SpecialPurposeAddress_IsDeniedAndNamed(string address, string reason) =>
        Assert.Equal(AddressVerdict.Denied(reason), Policies.Addresses().Judge(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("::ffff:1.1.1.1")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("168.63.129.15")]
    [InlineData("168.63.129.17")]
    public void Judge_PublicAddress_IsAllowed(string address) =>
        Assert.True(Policies.Addresses().Judge(IPAddress.Parse(address)).IsAllowed);

    [Theory]
    [InlineData("fe80::1%3")]
    [InlineData("2606:4700:4700::1111%3")]
    [InlineData("::ffff:1.1.1.1%3")]
    public void Judge_ZoneId_IsDeniedEvenInAllowedNetwork(string address) =>
        Assert.False(Policies.Addresses("::/0", "0.0.0.0/0").Judge(IPAddress.Parse(address)).IsAllowed);

    [Theory]
    [InlineData("10.0.0.0/8", "10.9.8.7", true)]
    [InlineData("10.0.0.0/8", "::ffff:10.9.8.7", true)]
    [InlineData("::ffff:10.0.0.0/104", "10.9.8.7", true)]
    [InlineData("::ffff:10.0.0.0/104", "::ffff:10.9.8.7", true)]
    [InlineData("10.0.0.0/8", "11.0.0.0", true)]
    [InlineData("10.0.0.0/8", "192.168.0.1", false)]
    [InlineData("fd00::/8", "fd12::1", true)]
    [InlineData("fd00::/8", "fc12::1", false)]
    [InlineData("::/0", "::1", true)]
    [InlineData("::/0", "127.0.0.1", false)]
    [InlineData("::/0", "::ffff:127.0.0.1", false)]
    public void Judge_AllowedNetwork_ExemptsExactlyItsAddresses(string allowed, string address, bool expected) =>
        Assert.Equal(expected, Policies.Addresses(allowed).Judge(IPAddress.Parse(address)).IsAllowed);

    [Theory]
    [InlineData("127.0.0.1:7400", "127.0.0.1", 7400, true)]
    [InlineData("127.0.0.1:7400", "::ffff:127.0.0.1", 7400, true)]
    [InlineData("127.0.0.1:7400", "0.0.0.0", 7400, true)]
    [InlineData("127.0.0.1:7400", "127.0.0.1", 7401, false)]
    [InlineData("127.0.0.1:7400", "127.0.0.2", 7400, false)]
    [InlineData("[::1]:7400", "::", 7400, true)]
    [InlineData("0.0.0.0:7400", "127.0.0.2", 7400, true)]
    [InlineData("[::]:7400", "127.0.0.1", 7400, true)]
    [InlineData("[::]:7400", "::1", 7400, true)]
    [InlineData("[::]:7400", "192.0.2.10", 7400, true)]
    [InlineData("[::]:7400", "::ffff:192.0.2.10", 7400, true)]
    [InlineData("[::]:7400", "2001:db8::10", 7400, true)]
    [InlineData("[::]:7400", "192.0.2.10", 7401, false)]
    [InlineData("[::]:7400", "192.0.2.11", 7400, false)]
    [InlineData("[::ffff:127.0.0.1]:7400", "127.0.0.1", 7400, true)]
    public void Judge_OwnListener_IsDeniedEvenInAllowedNetwork(string listener, string address, int port, bool denied)
    {
        var policy = Policies.Addresses([IPEndPoint.Parse(listener)], "0.0.0.0/0", "::/0");
        Assert.Equal(!denied, policy.Judge(new IPEndPoint(IPAddress.Parse(address), port)).IsAllowed);
    }

    [Fact]
    public void ReadLocalAddresses_ThisMachine_HasLoopback() =>
        Assert.Contains(IPAddress.Loopback, OwnListeners.ReadLocalAddresses());
}
