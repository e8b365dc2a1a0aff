using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>
/// gRPC's <c>deflate</c>, which as in HTTP means deflate in the zlib wrapping of RFC 1950 and not the bare RFC 1951 stream.
/// </summary>
/// <param name="defaultCompressionLevel">How hard to try unless a call says otherwise.</param>
public sealed class DeflateCompressionProvider(CompressionLevel defaultCompressionLevel) : ICompressionProvider
{
    /// <summary><c>deflate</c>.</summary>
    public string EncodingName => "deflate";

    /// <inheritdoc/>
    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        new ZLibStream(stream, compressionLevel ?? defaultCompressionLevel, leaveOpen: true);

    /// <inheritdoc/>
    public Stream CreateDecompressionStream(Stream stream) => new ZLibStream(stream, CompressionMode.Decompress);
}
