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
