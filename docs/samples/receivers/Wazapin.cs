using System.Security.Cryptography;
using System.Text;

namespace Receivers;

public static class Wazapin
{
    /// <summary>Whether a request is genuine. The body is the bytes as they were received.</summary>
    public static bool Verify(string secret, Func<string, string?> header, byte[] body)
    {
        var timestamp = header("webhook-timestamp");
        if (!long.TryParse(timestamp, out var seconds) || Math.Abs(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - seconds) > 300)
        {
            return false;
        }

        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        byte[] content = [.. Encoding.UTF8.GetBytes($"{header("webhook-id")}.{timestamp}."), .. body];
        var expected = Encoding.UTF8.GetBytes($"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, content))}");
        var given = (header("webhook-signature") ?? "").Split(' ');
        return given.Any(signature => CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(signature)));
    }
}
