using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;

namespace ControlPlane.Testing;

/// <summary>What came back for a request that no gRPC library would send.</summary>
/// <param name="Http">The HTTP status.</param>
/// <param name="Status">The gRPC status; null if the answer carries none, or is a stream that goes on.</param>
/// <param name="Message">The gRPC status message.</param>
/// <param name="Bytes">How many bytes of messages were read.</param>
/// <param name="IsCompressed">The first message says that it is compressed.</param>
public sealed record RawAnswer(HttpStatusCode Http, StatusCode? Status, string Message, int Bytes, bool IsCompressed);

/// <summary>gRPC by hand: HTTP/2 requests with any headers and any bytes.</summary>
public sealed class RawGrpc(Uri address, string? key) : IDisposable
{
    private const int PrefixBytes = 5;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, EnableMultipleHttp2Connections = true })
    {
        BaseAddress = address,
        Timeout = Eventually.Limit,
    };

    /// <summary>A message behind the prefix that gRPC puts before each.</summary>
    /// <param name="message">The message.</param>
    /// <param name="compressed">What the flag says.</param>
    /// <param name="declared">The length it claims to have; its own unless given.</param>
    public static byte[] Frame(byte[] message, byte compressed = 0, uint? declared = null)
    {
        var frame = new byte[PrefixBytes + message.Length];
        frame[0] = compressed;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), declared ?? (uint)message.Length);
        message.CopyTo(frame, PrefixBytes);
        return frame;
    }

    /// <summary>Sends a request; of a stream, reads up to the first message.</summary>
    /// <param name="path">Service and method, such as <c>/controlplane.v1.EventService/GetEvent</c>.</param>
    /// <param name="body">All of the body.</param>
    /// <param name="headers">Headers besides those of every call; one of the same name takes its place.</param>
    public Task<RawAnswer> CallAsync(string path, byte[] body, params (string Name, string Value)[] headers) =>
        CallAsync(path, new ByteArrayContent(body), headers);

    /// <summary>Sends a request whose body can be one that never ends.</summary>
    public async Task<RawAnswer> CallAsync(string path, HttpContent body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = body,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        body.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TryAddWithoutValidation("te", "trailers");
        if (key is not null && headers.All(h => h.Name != "authorization"))
        {
            request.Headers.TryAddWithoutValidation("authorization", $"Bearer {key}");
        }

        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value), name);
        }

        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var prefix = new byte[PrefixBytes];
        var read = await Eventually.InTimeAsync(stream.ReadAtLeastAsync(prefix, PrefixBytes, throwOnEndOfStream: false).AsTask(), path);
        // What a unary call answers ends by itself; what a watch does, only when its reader goes.
        var isOpen = read > 0 && path.Contains("/Watch", StringComparison.Ordinal);
        if (!isOpen)
        {
            await stream.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);
        }

        return new(response.StatusCode, isOpen ? StatusCode.OK : StatusOf(response), One(response, "grpc-message"), read, prefix[0] == 1);
    }

    /// <summary>Takes back every request that is under way.</summary>
    public void Abort() => _http.CancelPendingRequests();

    public void Dispose() => _http.Dispose();

    private static StatusCode? StatusOf(HttpResponseMessage response) =>
        int.TryParse(One(response, "grpc-status"), CultureInfo.InvariantCulture, out var status) ? (StatusCode)status : null;

    private static string One(HttpResponseMessage response, string header) =>
        response.TrailingHeaders.TryGetValues(header, out var trailer) ? trailer.Single()
        : response.Headers.TryGetValues(header, out var leading) ? leading.Single()
        : "";
}
