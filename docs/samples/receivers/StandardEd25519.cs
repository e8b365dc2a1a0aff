using System.Text;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Receivers;

public static class StandardEd25519
{
    /// <summary>Whether a request is genuine. The body is the bytes as they were received.</summary>
    public static bool Verify(string publicKey, Func<string, string?> header, byte[] body)
    {
        var timestamp = header("webhook-timestamp");
        if (!long.TryParse(timestamp, out var seconds) || Math.Abs(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - seconds) > 300)
        {
            return false;
        }

        var key = Convert.FromBase64String(publicKey["whpk_".Length..]);
        byte[] message = [.. Encoding.UTF8.GetBytes($"{header("webhook-id")}.{timestamp}."), .. body];
        var signature = new byte[64];
        return (header("webhook-signature") ?? "").Split(' ').Any(part =>
            part.StartsWith("v1a,", StringComparison.Ordinal)
            && Convert.TryFromBase64String(part[4..], signature, out var length) && length == 64
            && Ed25519.Verify(signature, key, message));
    }
}
