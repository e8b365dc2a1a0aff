using System.Security.Cryptography;
using System.Text;

namespace Receivers;

public static class Gowa
{
    /// <summary>Whether a request is genuine. The body is the bytes as they were received.</summary>
    public static bool Verify(string secret, Func<string, string?> header, byte[] body)
    {
        var digest = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body);
        return CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes($"sha256={Convert.ToHexStringLower(digest)}"), Encoding.UTF8.GetBytes(header("X-Webhook-Signature") ?? ""));
    }
}
