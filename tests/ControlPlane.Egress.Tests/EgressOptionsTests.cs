using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ControlPlane.Egress.Tests;

public sealed class EgressOptionsTests
{
    [Fact]
    public void Value_NothingConfigured_HasDefaults()
    {
        var options = Read();
        Assert.Empty(options.AllowedNetworks);
        Assert.Equal("443, 1024-65535", options.AllowedPorts);
        Assert.Null(options.TrustedCertificates);
        Assert.Null(options.Proxy);
    }

    [Fact]
    public void Value_ListsAsText_AreSplit()
    {
        var options = Read(("AllowedNetworks", "127.0.0.0/8, ::1/128"), ("AllowedPorts", "443,8000-9000"));
        Assert.Equal(["127.0.0.0/8", "::1/128"], options.AllowedNetworks);
        Assert.Equal("443, 8000-9000", options.AllowedPorts);
    }

    [Fact]
    public void Value_ListsAsLists_AreRead()
    {
        var options = Read(
            ("AllowedNetworks:0", "127.0.0.0/8"),
            ("AllowedNetworks:1", "::1/128"),
            ("AllowedPorts:0", "443"),
            ("AllowedPorts:1", "8000-9000"));
        Assert.Equal(["127.0.0.0/8", "::1/128"], options.AllowedNetworks);
        Assert.Equal("443, 8000-9000", options.AllowedPorts);
    }

    [Theory]
    [InlineData("AllowedNetworks", "10.0.0.0/99", "\"10.0.0.0/99\" is not a CIDR network")]
    [InlineData("AllowedNetworks", "10.0.0.0/8,banana", "\"banana\" is not a CIDR network")]
    [InlineData("AllowedNetworks", "10.0.0.1", "\"10.0.0.1\" is not a CIDR network")]
    [InlineData("AllowedNetworks", "10.0.0.1/8", "\"10.0.0.1/8\" is not a CIDR network")]
    [InlineData("AllowedNetworks", "10/8", "\"10/8\" is not a CIDR network")]
    [InlineData("AllowedNetworks", "010.0.0.0/8", "\"010.0.0.0/8\" is not a CIDR network")]
    [InlineData("AllowedNetworks", "10.0.0.0/08", "\"10.0.0.0/08\" is not a CIDR network")]
    [InlineData("AllowedNetworks", "fe80::%1/64", "\"fe80::%1/64\" is not a CIDR network")]
    [InlineData("AllowedPorts", "https", "\"https\" is not a port or a range of ports (1-65535)")]
    [InlineData("AllowedPorts", "0", "\"0\" is not a port or a range of ports (1-65535)")]
    [InlineData("AllowedPorts", "443, 65536", "\"65536\" is not a port or a range of ports (1-65535)")]
    [InlineData("AllowedPorts", "9000-8000", "\"9000-8000\" is not a port or a range of ports (1-65535)")]
    [InlineData("AllowedPorts", "1-2-3", "\"1-2-3\" is not a port or a range of ports (1-65535)")]
    [InlineData("AllowedPorts", ",", "names no port")]
    [InlineData("TrustedCertificates", "no-such-file.pem", "\"no-such-file.pem\" cannot be read")]
    [InlineData("Proxy", "proxy:3128", "is not an absolute http, https, socks4, socks4a or socks5 URI of a host")]
    [InlineData("Proxy", "ftp://proxy:3128", "is not an absolute http, https, socks4, socks4a or socks5 URI of a host")]
    [InlineData("Proxy", "http://proxy:3128/path", "is not an absolute http, https, socks4, socks4a or socks5 URI of a host")]
    public void Value_WrongSetting_FailsWithOneLineNamingTheKey(string key, string value, string fault)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Read((key, value)));
        Assert.Equal([$"ControlPlane:Egress:{key}: {fault}"], failure.Failures);
    }

    [Fact]
    public void Value_WrongProxyWithPassword_DoesNotRepeatIt()
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Read(("Proxy", "ftp://user:hunter2@proxy")));
        Assert.DoesNotContain("hunter2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Value_SeveralWrongSettings_FailsWithAll()
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Read(("AllowedNetworks", "a,b"), ("AllowedPorts", "c")));
        Assert.Equal(3, failure.Failures.Count());
    }

    [Fact]
    public void Value_BundleWithoutCertificate_Fails()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllText(path, "no certificate here");
        try
        {
            var failure = Assert.Throws<OptionsValidationException>(() => Read(("TrustedCertificates", path)));
            Assert.Equal([$"ControlPlane:Egress:TrustedCertificates: \"{path}\" holds no certificate"], failure.Failures);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void TryParse_ProxyWithUserInfo_BecomesCredentials()
    {
        Assert.True(EgressProxy.TryParse("http://user:p%40ss@proxy.corp:3128", out var proxy));
        Assert.Equal(new Uri("http://proxy.corp:3128"), proxy.Address);
        var credential = proxy.Credentials!.GetCredential(proxy.Address!, "Basic")!;
        Assert.Equal(("user", "p@ss"), (credential.UserName, credential.Password));
    }

    private static EgressOptions Read(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(
                setting => $"{EgressOptions.Section}:{setting.Key}", string? (setting) => setting.Value))
            .Build();
        using var services = new ServiceCollection().AddEgress(configuration).BuildServiceProvider();
        return services.GetRequiredService<IOptions<EgressOptions>>().Value;
    }
}
