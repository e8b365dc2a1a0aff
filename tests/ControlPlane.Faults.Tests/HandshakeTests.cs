using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Faults.Tests;

/// <summary>Receivers that cannot prove who they are, or speak no TLS that may be used.</summary>
public sealed class HandshakeTests(SharedServer shared) : FaultTest(shared)
{
    private const string Refused = "The receiver's certificate is refused: ";
    private const string NoVersion = "The TLS handshake failed: the receiver speaks neither TLS 1.2 nor TLS 1.3.";
    private const string NoTls = "The TLS handshake failed: the receiver does not speak TLS on this port.";

    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private static readonly Dictionary<string, Fault> Faults = new()
    {
        ["expired"] = Shows("it expired on", authority => authority.Issue("localhost", Now.AddHours(-1.5), Now.AddHours(-1))),
        ["not yet valid"] = Shows("it is not valid before", authority => authority.Issue("localhost", Now.AddHours(1), Now.AddHours(2))),
        ["for another host"] = Shows("it is for another host", authority => authority.Issue("other.example.com", Now.AddHours(-1), Now.AddHours(1))),
        ["self-signed"] = Shows("it is self-signed", _ => TestAuthority.SelfSigned("localhost")),
        ["of a stranger"] = Shows("its issuer is unknown", _ =>
        {
            using var stranger = new TestAuthority();
            return stranger.Issue("localhost", Now.AddHours(-1), Now.AddHours(1));
        }),
        // Alert: fatal, protocol_version (RFC 8446, 6).
        ["TLS 1.0 only, says so"] = Raw(NoVersion, [0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46]),
        ["TLS 1.0 only, answers"] = Raw(NoVersion, ServerHello(0x03, 0x01)),
        ["TLS 1.1 only, answers"] = Raw(NoVersion, ServerHello(0x03, 0x02)),
        ["refuses all ciphers"] = Raw("the receiver refused every cipher that was offered", [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28]),
        ["plain HTTP"] = Raw(NoTls, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"u8.ToArray()),
        ["garbage"] = Raw(NoTls, "220 mail.example.com ESMTP\r\n"u8.ToArray()),
    };

    public static TheoryData<string> Names => [.. Faults.Keys];

    [Theory, MemberData(nameof(Names))]
    public Task Deliver_HandshakeFails_SaysWhy(string name) => SufferAsync(Faults[name]);

    private static Fault Shows(string message, Func<TestAuthority, X509Certificate2> certificate) =>
        new(FailureKind.Tls, 0, Refused + message, c => c.ReadRequestAsync()) { Certificate = certificate, IsCutOff = true };

    private static Fault Raw(string message, byte[] answer) => new(FailureKind.Tls, 0, message, async c =>
    {
        await c.Stream.ReadExactlyAsync(new byte[5], c.Stopped);
        await c.WriteAsync(answer);
        await c.HangAsync();
    })
    {
        HasTls = false,
    };

    /// <summary>A record with a ServerHello of this version: no session id, the cipher AES128-SHA, no extensions (RFC 4346, 7.4.1.3).</summary>
    private static byte[] ServerHello(byte major, byte minor)
    {
        byte[] body = [major, minor, .. RandomNumberGenerator.GetBytes(32), 0x00, 0x00, 0x2f, 0x00];
        byte[] message = [0x02, 0x00, 0x00, (byte)body.Length, .. body];
        return [0x16, major, minor, 0x00, (byte)message.Length, .. message];
    }
}
