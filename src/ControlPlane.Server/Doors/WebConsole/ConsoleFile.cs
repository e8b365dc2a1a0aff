using System.IO.Compression;

namespace ControlPlane.Server.Doors.WebConsole;

/// <summary>A file of the console. Most browsers take it packed, which is done once.</summary>
internal sealed class ConsoleFile(string contentType, byte[] content, bool keeps)
{
    private readonly Lazy<byte[]> _packed = new(() => Pack(content));

    /// <summary>Answers with it. A name that changes with the content is kept by browsers; any other is asked for again.</summary>
    public ValueTask WriteAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var packed = request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        var body = packed ? _packed.Value : content;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.Headers.Vary = "Accept-Encoding";
        response.Headers.CacheControl = keeps ? "public, max-age=31536000, immutable" : "no-cache";
        if (packed)
        {
            response.Headers.ContentEncoding = "gzip";
        }

        return response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }
}
