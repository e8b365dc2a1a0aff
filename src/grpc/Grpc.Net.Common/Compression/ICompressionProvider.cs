using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>A message compression, known by the name it has in <c>grpc-encoding</c>.</summary>
public interface ICompressionProvider
{
    /// <summary>The name in <c>grpc-encoding</c> and <c>grpc-accept-encoding</c>.</summary>
    string EncodingName { get; }

    /// <summary>A stream that compresses what is written to it.</summary>
    /// <param name="stream">Takes the compressed bytes; stays open.</param>
    /// <param name="compressionLevel">How hard to try; null for the provider's default.</param>
    Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel);

    /// <summary>A stream that gives the decompressed bytes.</summary>
    /// <param name="stream">Gives the compressed bytes; closed together with the result.</param>
    Stream CreateDecompressionStream(Stream stream);
}
