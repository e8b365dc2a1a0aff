using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using ControlPlane.Probe;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Compression;

namespace ControlPlane.Grpc.Tests.Calls;

/// <summary>Message compression in both directions, checked on the bytes that cross the wire.</summary>
public sealed class CompressionTests : CallTest
{
    private static readonly Item Large = new() { Payload = ByteString.CopyFrom(new byte[100_000]) };

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Response_Compressed_IsSmallOnTheWireAndReadBack(string encoding)
    {
        await using var server = await ProbeServer.StartAsync(Echo, options => Compress(options, encoding));

        var (flag, message, announced) = await PostAsync(server.Address, Large.ToByteArray(), encoding, compressed: false);

        Assert.Equal(1, flag);
        Assert.Equal(encoding, announced);
        Assert.InRange(message.Length, 1, 10_000);
        Assert.Equal(Large, Item.Parser.ParseFrom(Unpack(encoding, message)));
        var client = server.Client(options => options.CompressionProviders = Providers());
        Assert.Equal(Large, await client.UnaryAsync(Large, cancellationToken: Token));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Request_CompressedByAnother_IsRead(string encoding)
    {
        await using var server = await ProbeServer.StartAsync(Echo, options => options.CompressionProviders = Providers());

        var (flag, message, _) = await PostAsync(server.Address, Pack(encoding, Large.ToByteArray()), encoding, compressed: true);

        Assert.Equal(0, flag);
        Assert.Equal(Large, Item.Parser.ParseFrom(message));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Request_CompressedByClient_IsAnnouncedAndRead(string encoding)
    {
        var announced = new TaskCompletionSource<string?>();
        await using var server = await ProbeServer.StartAsync(
            new()
            {
                Unary = (request, context) =>
                {
                    announced.SetResult(context.GetHttpContext().Request.Headers["grpc-encoding"]);
                    return Task.FromResult(request);
                },
            },
            options => options.CompressionProviders = Providers());
        var client = server.Client(options => options.CompressionProviders = Providers());

        var answer = await client.UnaryAsync(
            Large, new Metadata { { "grpc-internal-encoding-request", encoding } }, cancellationToken: Token);

        Assert.Equal(Large, answer);
        Assert.Equal(encoding, await announced.Task);
    }

    [Fact]
    public async Task Response_WithNoCompressFlag_IsNotCompressed()
    {
        await using var server = await ProbeServer.StartAsync(
            new()
            {
                Unary = (request, context) =>
                {
                    context.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
                    return Task.FromResult(request);
                },
            },
            options => Compress(options, "gzip"));

        var (flag, message, _) = await PostAsync(server.Address, Large.ToByteArray(), "gzip", compressed: false);

        Assert.Equal(0, flag);
        Assert.Equal(Large, Item.Parser.ParseFrom(message));
    }

    [Fact]
    public async Task Request_InAnUnknownEncoding_IsUnimplemented()
    {
        await using var server = await ProbeServer.StartAsync(Echo);
        using var response = await SendAsync(server.Address, [1, 2, 3], "snappy", compressed: true);

        Assert.Equal("12", response.Headers.GetValues("grpc-status").Single());
    }

    private static ProbeHandlers Echo => new() { Unary = (request, _) => Task.FromResult(request) };

    private static List<ICompressionProvider> Providers() =>
        [new GzipCompressionProvider(CompressionLevel.Fastest), new DeflateCompressionProvider(CompressionLevel.Fastest)];

    private static void Compress(GrpcServiceOptions options, string encoding)
    {
        options.CompressionProviders = Providers();
        options.ResponseCompressionAlgorithm = encoding;
        options.ResponseCompressionLevel = CompressionLevel.SmallestSize;
    }

    // What RFC 1952 and RFC 1950 say, by the runtime's own readers.
    private static byte[] Unpack(string encoding, byte[] packed)
    {
        using var input = new MemoryStream(packed);
        using Stream stream = encoding == "gzip"
            ? new GZipStream(input, CompressionMode.Decompress)
            : new ZLibStream(input, CompressionMode.Decompress);
        using var output = new MemoryStream();
        stream.CopyTo(output);
        return output.ToArray();
    }

    private static byte[] Pack(string encoding, byte[] message)
    {
        using var output = new MemoryStream();
        using (Stream stream = encoding == "gzip"
            ? new GZipStream(output, CompressionLevel.Optimal)
            : new ZLibStream(output, CompressionLevel.Optimal))
        {
            stream.Write(message);
        }

        return output.ToArray();
    }

    /// <summary>Makes a unary call by hand, with one length-prefixed message, and takes the answer apart.</summary>
    private static async Task<(byte Flag, byte[] Message, string? Encoding)> PostAsync(
        Uri address, byte[] message, string encoding, bool compressed)
    {
        using var response = await SendAsync(address, message, encoding, compressed);
        var frame = await response.Content.ReadAsByteArrayAsync(Token);
        Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
        Assert.Equal(frame.Length - 5, BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(1)));
        response.Headers.TryGetValues("grpc-encoding", out var announced);
        return (frame[0], frame[5..], announced?.Single());
    }

    private static async Task<HttpResponseMessage> SendAsync(Uri address, byte[] message, string encoding, bool compressed)
    {
        using var client = new HttpClient();
        var frame = new byte[message.Length + 5];
        frame[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/controlplane.probe.Probe/Unary"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        request.Headers.Add("te", "trailers");
        request.Headers.Add("grpc-accept-encoding", encoding);
        if (compressed)
        {
            request.Headers.Add("grpc-encoding", encoding);
        }

        return await client.SendAsync(request, Token);
    }
}
