using System.IO.Compression;
using System.Text;
using ControlPlane.Server.Sending;

namespace ControlPlane.Server.Tests.Sending;

public sealed class ResponseBodyTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("ok", "ok")]
    [InlineData("line\r\nnext\tcell", "line\r\nnext\tcell")]
    [InlineData("a\u001b[31mb\u0000c\u0007d\u007fe\u009bf", "a\uFFFD[31mb\uFFFDc\uFFFDd\uFFFDe\uFFFDf")]
    public async Task ReadExcerpt_Text_IsShownWithoutControlCharacters(string body, string excerpt) =>
        Assert.Equal(excerpt, await ReadAsync(new ByteArrayContent(Encoding.UTF8.GetBytes(body))));

    [Fact]
    public async Task ReadExcerpt_NotUtf8_IsReplaced() =>
        Assert.Equal("\uFFFDx", await ReadAsync(new ByteArrayContent([0xff, (byte)'x'])));

    [Fact]
    public async Task ReadExcerpt_Long_KeepsTheBeginning()
    {
        var excerpt = await ReadAsync(new ByteArrayContent(Encoding.UTF8.GetBytes(new string('x', 5000))));
        Assert.Equal(new string('x', 1024), excerpt);
    }

    [Theory]
    [InlineData(1023, "\u00e9", 1023)]
    [InlineData(1022, "\u00e9", 1023)]
    [InlineData(1022, "\u20ac", 1022)]
    [InlineData(1021, "\U0001F600", 1021)]
    [InlineData(1020, "\U0001F600", 1022)]
    public async Task ReadExcerpt_Long_CutsNoCharacter(int before, string character, int length)
    {
        var excerpt = await ReadAsync(new ByteArrayContent(Encoding.UTF8.GetBytes(new string('x', before) + character + new string('y', 100))));
        Assert.DoesNotContain('\uFFFD', excerpt);
        Assert.Equal(length, excerpt.TrimEnd('y').Length);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("x-gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("GZIP")]
    public async Task ReadExcerpt_Packed_IsUnpackedWithinTheLimit(string coding)
    {
        foreach (var (length, cut) in new[] { (20, 0), (20_000, 0), (20_000, 3000) })
        {
            var random = new Random(1);
            var text = string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + random.Next(26))));
            var excerpt = await ReadAsync(Packed(coding, Pack(coding.ToLowerInvariant(), text)[..^cut]));
            Assert.Equal(text[..Math.Min(length, 1024)], excerpt);
        }
    }

    [Theory]
    [InlineData("zstd", "(4 bytes, packed: zstd)")]
    [InlineData("gzip, br", "(4 bytes, packed: gzip, br)")]
    [InlineData("gzip", "(4 bytes, packed: gzip)")]
    [InlineData("identity", "\uFFFDabc")]
    [InlineData("\u001b[2J", "(4 bytes, packed: unknown coding)")]
    public async Task ReadExcerpt_PackedOtherwise_IsSaidToBe(string coding, string excerpt) =>
        Assert.Equal(excerpt, await ReadAsync(Packed(coding, [0xff, .. "abc"u8])));

    [Fact]
    public async Task ReadExcerpt_Endless_ReadsNoMoreThanTheLimit()
    {
        using var endless = new EndlessStream();
        Assert.Equal(1024, (await ReadAsync(new StreamContent(endless))).Length);
        Assert.InRange(endless.BytesRead, 1, ResponseBody.MaxBytes);
    }

    [Fact]
    public async Task ReadExcerpt_LengthZero_DoesNotTouchTheStream()
    {
        using var endless = new EndlessStream();
        var content = new StreamContent(endless);
        content.Headers.ContentLength = 0;
        Assert.Equal("", await ReadAsync(content));
        Assert.Equal(0, endless.BytesRead);
    }

    private static ByteArrayContent Packed(string coding, byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Encoding", coding);
        return content;
    }

    private static byte[] Pack(string coding, string text)
    {
        using var packed = new MemoryStream();
        using (Stream packer = coding switch
        {
            "deflate" => new ZLibStream(packed, CompressionLevel.Fastest),
            "br" => new BrotliStream(packed, CompressionLevel.Fastest),
            _ => new GZipStream(packed, CompressionLevel.Fastest),
        })
        {
            packer.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    private static async Task<string> ReadAsync(HttpContent content)
    {
        using (content)
        {
            return await ResponseBody.ReadExcerptAsync(content, TestContext.Current.CancellationToken);
        }
    }

    private sealed class EndlessStream : Stream
    {
        public int BytesRead { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = Math.Min(count, 1000);
            buffer.AsSpan(offset, read).Fill((byte)'x');
            BytesRead += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
