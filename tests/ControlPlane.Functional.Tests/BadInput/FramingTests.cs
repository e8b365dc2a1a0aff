using System.IO.Compression;
using System.Net;
using ControlPlane.Functional.Tests.EveryRpc;
using ControlPlane.Testing;
using Grpc.Core;
using static ControlPlane.Testing.RawGrpc;

namespace ControlPlane.Functional.Tests.BadInput;

/// <summary>
/// Requests that break the framing of gRPC rather than the messages in it. The codes are those of the gRPC specification, where
/// INTERNAL stands for a framing that cannot be read.
/// </summary>
public sealed class FramingTests(SharedServer shared) : SharedServerTest(shared)
{
    private const string Publish = "/controlplane.v1.EventService/PublishEvent";
    private const uint TooLarge = (4 << 20) + 1;
    private const long MostMemory = 128 << 20;

    private static readonly Dictionary<string, (Func<byte[], byte[]> Body, (string, string)[] Headers, StatusCode[] Codes)> Broken = new()
    {
        ["no message"] = (_ => [], [], [StatusCode.Internal]),
        ["half a prefix"] = (m => Frame(m)[..3], [], [StatusCode.Internal]),
        ["less than declared"] = (m => Frame(m, declared: (uint)m.Length + 1), [], [StatusCode.Internal]),
        ["more than declared"] = (m => [.. Frame(m), 0], [], [StatusCode.Internal]),
        ["two messages"] = (m => [.. Frame(m), .. Frame(m)], [], [StatusCode.Internal]),
        ["too large"] = (m => Frame(m, declared: TooLarge), [], [StatusCode.ResourceExhausted]),
        // Of a stream that asks and answers in turn, the library's error for this cannot be told from the end of its client.
        ["larger than anything"] = (m => Frame(m, declared: uint.MaxValue), [], [StatusCode.ResourceExhausted, StatusCode.Cancelled]),
        ["a flag that is none"] = (m => Frame(m, compressed: 7), [], [StatusCode.Internal]),
        ["compressed without an encoding"] = (m => Frame(m, compressed: 1), [], [StatusCode.Internal]),
        ["compressed with identity"] = (m => Frame(m, compressed: 1), [("grpc-encoding", "identity")], [StatusCode.Internal]),
        ["an unknown encoding"] = (m => Frame(m, compressed: 1), [("grpc-encoding", "snappy")], [StatusCode.Unimplemented]),
        ["gzip that is none"] = (_ => Frame([1, 2, 3, 4], compressed: 1), [("grpc-encoding", "gzip")], [StatusCode.Internal]),
    };

    public static TheoryData<string> Cases => [.. Broken.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Call_BrokenFraming_TheSpecifiedStatusAtEveryMethod(string name)
    {
        var (body, headers, codes) = Broken[name];
        using var furnished = await Furnished.CreateAsync(Server, Receiver);
        using var raw = new RawGrpc(Server.Setup.Grpc, ServerSetup.PlatformKey);
        foreach (var target in Target.All(furnished).Where(t => !t.IsDuplex || name is not ("no message" or "two messages")))
        {
            var answer = await raw.CallAsync(target.Path, body(target.Valid), headers);
            Assert.True(answer.Status is { } code && codes.Contains(code), $"{target.Path}: {answer}");
            Assert.DoesNotContain("xception", answer.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", answer.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Call_GzipAsItShouldBe_IsRead()
    {
        using var raw = new RawGrpc(Server.Setup.Grpc, Tenant.Key);
        var message = new V1.PublishEventRequest { Event = TestTenant.NewEvent() };

        var answer = await raw.CallAsync(
            Publish, Frame(Gzip(Google.Protobuf.MessageExtensions.ToByteArray(message)), compressed: 1), ("grpc-encoding", "gzip"));

        Assert.Equal(StatusCode.OK, answer.Status);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Call_CompressedBomb_RefusedBySizeWithoutItsMemory(string encoding)
    {
        // On a server of its own, since others' calls take memory too.
        await using var server = await ServerProcess.StartAsync(Receiver);
        // One gibibyte in about one megabyte: many archives one after the other are one archive. Of deflate, a quarter of that.
        using var raw = new RawGrpc(server.Setup.Grpc, ServerSetup.PlatformKey);
        var bomb = encoding == "gzip"
            ? [.. Enumerable.Repeat(Gzip(new byte[16 << 20]), 64).SelectMany(b => b)]
            : Deflate(new byte[256 << 20]);
        Assert.True(bomb.Length < 4 << 20, $"{bomb.Length} bytes are refused for themselves.");
        var before = server.PeakMemory;

        var answer = await raw.CallAsync(Publish, Frame(bomb, compressed: 1), ("grpc-encoding", encoding));

        var after = server.PeakMemory;
        Assert.Equal(StatusCode.ResourceExhausted, answer.Status);
        Assert.True(after - before < MostMemory, $"The server grew from {before} to {after} bytes.");
    }

    [Theory]
    [InlineData(0xC3, 0x28)]
    [InlineData(0xED, 0xA0, 0x80)]
    [InlineData(0xC0, 0x80)]
    [InlineData(0xFF)]
    public async Task Call_TextThatIsNotUtf8_InvalidArgument(params int[] text)
    {
        using var raw = new RawGrpc(Server.Setup.Grpc, Tenant.Key);
        // GetEventRequest.event_id.
        byte[] message = [0x0A, (byte)text.Length, .. text.Select(b => (byte)b)];

        var answer = await raw.CallAsync("/controlplane.v1.EventService/GetEvent", Frame(message));

        Assert.Equal(StatusCode.InvalidArgument, answer.Status);
    }

    [Theory]
    [InlineData("grpc-timeout", "soon")]
    [InlineData("grpc-timeout", "-1S")]
    [InlineData("grpc-timeout", "1")]
    [InlineData("grpc-timeout", "99999999999999999999S")]
    [InlineData("grpc-timeout", "100000000H")]
    [InlineData("authorization", "Bearer")]
    [InlineData("authorization", "Basic Y3BrXw==")]
    [InlineData("x-odd-bin", "not base64 !!!")]
    public async Task Call_OddHeader_CleanStatus(string name, string value)
    {
        using var raw = new RawGrpc(Server.Setup.Grpc, Tenant.Key);

        var answer = await raw.CallAsync("/controlplane.v1.AdminService/GetTenant", Frame([]), (name, value));

        Assert.Contains(answer.Status, new StatusCode?[] { StatusCode.OK, StatusCode.Unauthenticated, StatusCode.DeadlineExceeded });
        Assert.Equal(name == "authorization", answer.Status == StatusCode.Unauthenticated);
    }

    [Fact]
    public async Task Call_AuthorizationOfManyKilobytes_IsRefused()
    {
        using var raw = new RawGrpc(Server.Setup.Grpc, Tenant.Key);

        var longKey = await raw.CallAsync(Publish, Frame([]), ("authorization", $"Bearer cpk_{new string('x', 8_000)}"));
        var tooLong = await Record.ExceptionAsync(() => raw.CallAsync(Publish, Frame([]), ("authorization", $"Bearer cpk_{new string('x', 40_000)}")));

        Assert.Equal(StatusCode.Unauthenticated, longKey.Status);
        Assert.IsType<HttpRequestException>(tooLong);
    }

    [Fact]
    public async Task Call_WhatDoesNotExist_Unimplemented()
    {
        using var raw = new RawGrpc(Server.Setup.Grpc, Tenant.Key);

        foreach (var path in new[] { "/controlplane.v1.EventService/Nothing", "/nothing.v1.Nothing/Nothing" })
        {
            var answer = await raw.CallAsync(path, Frame([]));
            Assert.Equal((HttpStatusCode.OK, StatusCode.Unimplemented), (answer.Http, answer.Status));
        }
    }

    private static byte[] Gzip(byte[] bytes) => Packed(bytes, to => new GZipStream(to, CompressionLevel.Optimal));

    private static byte[] Deflate(byte[] bytes) => Packed(bytes, to => new ZLibStream(to, CompressionLevel.Optimal));

    private static byte[] Packed(byte[] bytes, Func<Stream, Stream> packer)
    {
        using var packed = new MemoryStream();
        using (var stream = packer(packed))
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }
}
