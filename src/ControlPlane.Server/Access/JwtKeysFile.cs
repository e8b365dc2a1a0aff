using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace ControlPlane.Server.Access;

/// <summary>An issuer's public keys in a file, read again within ten seconds after it changed. Thread-safe.</summary>
internal sealed class JwtKeysFile(string path, TimeProvider clock, ILogger<JwtKeysFile> log)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private IList<SecurityKey> _keys = [];
    private DateTime _written;
    private long? _looked;

    /// <summary>The keys. If the file cannot be read any more, those that it had.</summary>
    public IList<SecurityKey> Current
    {
        get
        {
            lock (_lock)
            {
                if (_looked is not { } looked || clock.GetElapsedTime(looked) >= LookEvery)
                {
                    _looked = clock.GetTimestamp();
                    Look();
                }

                return _keys;
            }
        }
    }

    /// <summary>Reads the keys of a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be read.</exception>
    /// <exception cref="FormatException">It holds no key, or something else.</exception>
    public static IList<SecurityKey> Read(string path)
    {
        var text = File.ReadAllText(path);
        try
        {
            IList<SecurityKey> keys = text.TrimStart().StartsWith('{') ? new JsonWebKeySet(text).GetSigningKeys() : ReadPem(text);
            return keys.Count > 0 ? keys : throw new FormatException("there is no key in it");
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new FormatException("it is neither a JSON Web Key Set nor public keys in PEM", e);
        }
    }

    private void Look()
    {
        try
        {
            var written = File.GetLastWriteTimeUtc(path);
            if (written != _written)
            {
                _keys = Read(path);
                _written = written;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            AccessLog.KeysNotRead(log, path, e.Message);
        }
    }

    private static List<SecurityKey> ReadPem(string text)
    {
        var keys = new List<SecurityKey>();
        for (var rest = text.AsSpan(); PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            var pem = rest[fields.Location];
            try
            {
                var rsa = RSA.Create();
                rsa.ImportFromPem(pem);
                keys.Add(new RsaSecurityKey(rsa));
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException)
            {
                var ecdsa = ECDsa.Create();
                ecdsa.ImportFromPem(pem);
                keys.Add(new ECDsaSecurityKey(ecdsa));
            }
        }

        return keys;
    }
}
