using System.Security.Cryptography;
using System.Text;

namespace Receivers;

public static class Wachat
{
    /// <summary>Whether a request is genuine. The body is the bytes as they were received.</summary>
    public static bool Verify(string secret, Func<string, string?> header, byte[] body)
    {
        var timestamp = header("X-Wachat-Timestamp");
        if (!long.TryParse(timestamp, out var seconds) || Math.Abs(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - seconds) > 300)
        {
            return false;
        }

        var digest = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), (byte[])[.. Encoding.UTF8.GetBytes($"{timestamp}."), .. body]);
        return CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(Convert.ToHexStringLower(digest)), Encoding.UTF8.GetBytes(header("X-Wachat-Signature") ?? ""));
    }
}
