using System.Net;
using ControlPlane.Server.Hosting;

namespace ControlPlane.Server.Tests.Hosting;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:7400", "127.0.0.1", 7400, false)]
    [InlineData("https://10.0.0.1:443", "10.0.0.1", 443, true)]
    [InlineData("HTTP://127.0.0.1:0/", "127.0.0.1", 0, false)]
    [InlineData("http://[::1]:65535", "::1", 65535, false)]
    [InlineData("http://*:80", "::", 80, false)]
    [InlineData("http://+:80", "::", 80, false)]
    [InlineData("http://localhost:80", null, 80, false)]
    [InlineData("https://LocalHost:80", null, 80, true)]
    public void Parse_Address_IsRead(string text, string? address, int port, bool tls) =>
        Assert.Equal(new ListenAddress(address is null ? null : IPAddress.Parse(address), port, tls), ListenAddress.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1:7400")]
    [InlineData("ftp://127.0.0.1:7400")]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://:80")]
    [InlineData("http://127.0.0.1:65536")]
    [InlineData("http://127.0.0.1:-1")]
    [InlineData("http://127.0.0.1:+80")]
    [InlineData("http://127.0.0.1: 80")]
    [InlineData("http://127.0.0.1:80/path")]
    [InlineData("http://example.com:80")]
    public void Parse_AnythingElse_IsRefused(string text) => Assert.Null(ListenAddress.Parse(text));

    [Fact]
    public void Validate_WrongSettings_NamesEachKeyOnce()
    {
        var result = new ListenOptionsValidator().Validate(
            null, new ListenOptions { Grpc = "https://127.0.0.1:1", Http = "here", CertificatePath = "/nowhere.pem" });
        Assert.Equal(
            [
                "ControlPlane:Listen:Http: \"here\" is not http(s)://ADDRESS:PORT",
                "ControlPlane:Listen:CertificatePath: https needs a PEM file here, and there is none at \"/nowhere.pem\"",
                "ControlPlane:Listen:KeyPath: https needs a PEM file here, and there is none at \"\"",
            ],
            result.Failures!);
    }

    [Fact]
    public void Validate_Defaults_AreFine() => Assert.True(new ListenOptionsValidator().Validate(null, new ListenOptions()).Succeeded);
}
