using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ControlPlane.Functional.Tests.Access;

/// <summary>Makes JSON Web Tokens by hand, so that the server's library does not judge its own work.</summary>
internal sealed class TokenIssuer : IDisposable
{
    public const string Issuer = "https://issuer.example";
    public const string Audience = "controlplane";

    private RSA _rsa = RSA.Create(2048);
    private int _generation = 1;

    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private string KeyId => $"key-{_generation}";

    /// <summary>The public key as a JSON Web Key Set.</summary>
    public string KeySet()
    {
        var key = _rsa.ExportParameters(includePrivateParameters: false);
        return JsonSerializer.Serialize(new
        {
            keys = new[]
            {
                new { kty = "RSA", use = "sig", alg = "RS256", kid = KeyId, n = Base64Url.EncodeToString(key.Modulus), e = Base64Url.EncodeToString(key.Exponent) },
            },
        });
    }

    /// <summary>Takes a new key. Tokens made before are signed with the old one.</summary>
    public void Rotate()
    {
        _rsa.Dispose();
        (_rsa, _generation) = (RSA.Create(2048), _generation + 1);
    }

    /// <summary>Makes a token that is valid, but for what is changed.</summary>
    public string Token(Action<JsonObject>? change = null, string algorithm = "RS256")
    {
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["aud"] = Audience,
            ["sub"] = "somebody",
            ["exp"] = Now.AddMinutes(5).ToUnixTimeSeconds(),
            ["tenant_id"] = "-",
            ["scope"] = "webhooks.read webhooks.write events.publish deliveries.read admin",
        };
        change?.Invoke(claims);
        var header = new JsonObject { ["alg"] = algorithm, ["typ"] = "JWT", ["kid"] = KeyId };
        var signed = $"{Encode(header)}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(Sign(algorithm, Encoding.ASCII.GetBytes(signed)))}";
    }

    public void Dispose() => _rsa.Dispose();

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));

    private byte[] Sign(string algorithm, byte[] signed) => algorithm switch
    {
        "none" => [],
        // The attack on libraries that take the public key for a shared secret.
        "HS256" => HMACSHA256.HashData(Encoding.ASCII.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem()), signed),
        "PS256" => _rsa.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        _ => _rsa.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
    };
}
