using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ControlPlane.Faults.Tests.Receiving;

/// <summary>One connection to a faulty receiver, inside TLS if it speaks that, and what its fault is made of.</summary>
/// <param name="socket">The TCP connection.</param>
/// <param name="stream">Where the bytes go.</param>
/// <param name="stopped">The test is over.</param>
internal sealed class FaultConnection(Socket socket, Stream stream, CancellationToken stopped)
{
    private static readonly TimeSpan DripPause = TimeSpan.FromMilliseconds(20);

    public Stream Stream => stream;

    public CancellationToken Stopped => stopped;

    /// <summary>Reads one request in HTTP/1.1 to its end; answers its head.</summary>
    public async Task<string> ReadRequestAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, stopped);
            head.Append((char)one[0]);
        }

        var text = head.ToString();
        const string name = "Content-Length: ";
        var at = text.IndexOf(name, StringComparison.OrdinalIgnoreCase) + name.Length;
        var length = int.Parse(text[at..text.IndexOf('\r', at)], CultureInfo.InvariantCulture);
        await stream.ReadExactlyAsync(new byte[length], stopped);
        return text;
    }

    public Task WriteAsync(string text) => WriteAsync(Encoding.Latin1.GetBytes(text));

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        await stream.WriteAsync(bytes, stopped);
        await stream.FlushAsync(stopped);
    }

    /// <summary>Reads the request and answers.</summary>
    public async Task AnswerAsync(string text)
    {
        await ReadRequestAsync();
        await WriteAsync(text);
    }

    /// <summary>Reads the request and answers, then says no more.</summary>
    public async Task AnswerAndHangAsync(string text)
    {
        await AnswerAsync(text);
        await HangAsync();
    }

    /// <summary>Answers every request on the connection.</summary>
    public async Task AnswerAllAsync(string text)
    {
        while (true)
        {
            await AnswerAsync(text);
        }
    }

    /// <summary>Says nothing until the other side hangs up.</summary>
    public async Task HangAsync()
    {
        var buffer = new byte[1024];
        while (await stream.ReadAsync(buffer, stopped) > 0)
        {
        }
    }

    /// <summary>Writes without end, until the other side hangs up.</summary>
    public Task FloodAsync(string text) => FloodAsync(Repeat(text), long.MaxValue);

    /// <summary>Writes a number of bytes at least; the other side may hang up before.</summary>
    public async Task FloodAsync(ReadOnlyMemory<byte> block, long bytes)
    {
        for (var written = 0L; written < bytes; written += block.Length)
        {
            await WriteAsync(block);
        }
    }

    /// <summary>Writes slowly without end, until the other side hangs up.</summary>
    public async Task DripAsync(string text)
    {
        while (true)
        {
            await WriteAsync(text);
            await Task.Delay(DripPause, TimeProvider.System, stopped);
        }
    }

    /// <summary>Breaks the connection off without a goodbye (RST).</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    /// <summary>A block of some 16 KB.</summary>
    public static byte[] Repeat(string text) =>
        Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(text, (16 * 1024 / text.Length) + 1)));
}
