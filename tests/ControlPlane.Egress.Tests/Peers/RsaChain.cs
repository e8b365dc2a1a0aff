using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Egress.Tests.Peers;

/// <summary>A root, an intermediate and a receiver's certificate with RSA keys, each as strong as a test wants it.</summary>
internal sealed class RsaChain : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly string _bundle = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".pem");

    public RsaChain(Strength? root = null, Strength? intermediate = null, Strength? leaf = null)
    {
        (root, intermediate, leaf) = (root ?? Strength.Good, intermediate ?? Strength.Good, leaf ?? Strength.Good);
        Root = SelfSigned("Test RSA root", root, Now.AddYears(-9), Now.AddYears(9));
        Intermediate = Issue(Root, ForAuthority("Test RSA intermediate", intermediate), intermediate, Now.AddYears(-1));
        Leaf = Issue(Intermediate, ForHost(leaf), leaf, Now.AddDays(-9));
        File.WriteAllText(_bundle, Root.ExportCertificatePem());
    }

    public X509Certificate2 Root { get; }

    public X509Certificate2 Intermediate { get; }

    public X509Certificate2 Leaf { get; }

    /// <summary>A file with the root.</summary>
    public string BundlePath => _bundle;

    /// <summary>A root whose time is over.</summary>
    public X509Certificate2 Older { get; } = SelfSigned("Test older root", Strength.Good, Now.AddYears(-20), Now.AddYears(-1));

    /// <summary>The root's name and key, signed by the older root until that ended: what receivers go on sending for years.</summary>
    public X509Certificate2 CrossSignedAndExpired()
    {
        using var key = Root.GetRSAPrivateKey()!;
        var request = ForAuthority(new CertificateRequest(Root.SubjectName, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        return request.Create(Older, Now.AddYears(-9), Now.AddYears(-2), RandomNumberGenerator.GetBytes(16));
    }

    public void Dispose()
    {
        File.Delete(_bundle);
        Root.Dispose();
        Older.Dispose();
        Intermediate.Dispose();
        Leaf.Dispose();
    }

    private static X509Certificate2 SelfSigned(string name, Strength strength, DateTimeOffset from, DateTimeOffset until)
    {
        var (request, key) = ForAuthority(name, strength);
        using (key)
        {
            using var signed = request.Create(
                request.SubjectName, new Generator(key, strength.IsSha1), from, until, RandomNumberGenerator.GetBytes(16));
            return signed.CopyWithPrivateKey(key);
        }
    }

    private static X509Certificate2 Issue(
        X509Certificate2 issuer, (CertificateRequest Request, RSA Key) made, Strength strength, DateTimeOffset from)
    {
        using var issuersKey = issuer.GetRSAPrivateKey()!;
        using (made.Key)
        {
            made.Request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, true, false));
            using var signed = made.Request.Create(
                issuer.SubjectName, new Generator(issuersKey, strength.IsSha1), from, Now.AddMonths(3), RandomNumberGenerator.GetBytes(16));
            return signed.CopyWithPrivateKey(made.Key);
        }
    }

    private static (CertificateRequest Request, RSA Key) ForAuthority(string name, Strength strength)
    {
        var key = RSA.Create(strength.Bits);
        return (ForAuthority(new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)), key);
    }

    private static CertificateRequest ForAuthority(CertificateRequest request)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private static (CertificateRequest Request, RSA Key) ForHost(Strength strength)
    {
        var key = RSA.Create(strength.Bits);
        var request = new CertificateRequest($"CN={EgressRig.Host}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(EgressRig.Host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        return (request, key);
    }

    /// <param name="Bits">Of the key.</param>
    /// <param name="IsSha1">Its certificate is signed with SHA-1.</param>
    internal sealed record Strength(int Bits = 2048, bool IsSha1 = false)
    {
        public static Strength Good { get; } = new();

        public static Strength ShortKey { get; } = new(Bits: 1024);

        public static Strength Sha1 { get; } = new(IsSha1: true);
    }

    /// <summary>Signs with SHA-1 on demand, which the platform does no longer.</summary>
    private sealed class Generator(RSA key, bool isSha1) : X509SignatureGenerator
    {
        /// <summary>sha1WithRSAEncryption (RFC 3279, 2.2.1) in DER.</summary>
        private static readonly byte[] Sha1WithRsa = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05, 0x05, 0x00];

        private readonly X509SignatureGenerator _good = CreateForRSA(key, RSASignaturePadding.Pkcs1);

        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) =>
            isSha1 ? Sha1WithRsa : _good.GetSignatureAlgorithmIdentifier(hashAlgorithm);

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) =>
            key.SignData(data, isSha1 ? HashAlgorithmName.SHA1 : hashAlgorithm, RSASignaturePadding.Pkcs1);

        protected override PublicKey BuildPublicKey() => _good.PublicKey;
    }
}
