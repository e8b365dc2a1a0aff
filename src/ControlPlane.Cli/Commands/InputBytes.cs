using ControlPlane.Cli.Errors;

namespace ControlPlane.Cli.Commands;

/// <summary>Bytes from a file or from stdin, untouched.</summary>
internal static class InputBytes
{
    /// <summary>The bytes of a file, or of stdin for <c>-</c>.</summary>
    public static async Task<byte[]> ReadAsync(Session session, string path)
    {
        try
        {
            if (path != "-")
            {
                return await File.ReadAllBytesAsync(path, session.Cancellation);
            }

            using var bytes = new MemoryStream();
            await using var input = session.Host.OpenInput();
            await input.CopyToAsync(bytes, session.Cancellation);
            return bytes.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"{path} cannot be read: {e.Message}");
        }
    }

    /// <summary>Bytes that are read here and not sent on: without the byte order mark that editors of some systems begin a file with.</summary>
    public static byte[] WithoutMark(byte[] text) => text is [0xEF, 0xBB, 0xBF, .. var rest] ? rest : text;

    /// <summary>What a <c>--data</c> flag names: <c>@file</c>, <c>-</c> for stdin, or the text itself.</summary>
    public static async Task<byte[]> ReadDataAsync(Session session, string data) => data switch
    {
        "-" => await ReadAsync(session, "-"),
        ['@', .. var path] => await ReadAsync(session, path),
        _ => System.Text.Encoding.UTF8.GetBytes(data),
    };
}
