using System.IO.Compression;
using System.Text;
using ControlPlane.Server.Doors.WebConsole;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.Server.Tests.Doors;

public sealed class ConsoleFilesTests
{
    /// <summary>As where npm was not to be found: an assembly that nobody embedded a console in.</summary>
    private readonly ConsoleFiles _none = new(typeof(ConsoleFilesTests).Assembly);

    [Fact]
    public async Task HowToBuild_OfAServerWithoutTheConsole_NamesNpm()
    {
        Assert.False(_none.Exist);
        Assert.Null(_none.Find(""));
        Assert.Contains("npm", await ReadAsync(_none.HowToBuild, encoding: ""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_ToWhoTakesGzip_IsTheSamePacked() =>
        Assert.Equal(await ReadAsync(_none.HowToBuild, encoding: ""), await ReadAsync(_none.HowToBuild, encoding: "br, gzip"));

    private static async Task<string> ReadAsync(ConsoleFile file, string encoding)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.AcceptEncoding = encoding;
        using var body = new MemoryStream();
        context.Response.Body = body;
        await file.WriteAsync(context);
        Assert.Equal(body.Length, context.Response.ContentLength);
        Assert.Equal(encoding.Length > 0 ? "gzip" : "", context.Response.Headers.ContentEncoding.ToString());
        body.Position = 0;
        await using var content = encoding.Length > 0 ? new GZipStream(body, CompressionMode.Decompress) : (Stream)body;
        using var reader = new StreamReader(content, Encoding.UTF8);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
