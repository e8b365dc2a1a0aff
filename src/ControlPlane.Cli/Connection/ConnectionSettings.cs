using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Cli.Errors;

namespace ControlPlane.Cli.Connection;

/// <summary>
/// Where the server is and how to be let in. Without <paramref name="Trusted"/> the system's roots are trusted; without
/// <paramref name="Timeout"/> calls have the command's own.
/// </summary>
internal sealed record ConnectionSettings(Uri Address, string Key, X509Certificate2Collection? Trusted, TimeSpan? Timeout)
{
    public const string DefaultAddress = "http://127.0.0.1:7400";

    /// <summary>A flag wins over its environment variable, that over the default.</summary>
    /// <exception cref="UsageException">The address or the bundle cannot be used.</exception>
    public static ConnectionSettings Read(GlobalOptions options, ParseResult arguments, Func<string, string?> environment)
    {
        var address = arguments.GetValue(options.Address) ?? NotEmpty(environment("HOOKCTL_ADDRESS")) ?? DefaultAddress;
        var key = arguments.GetValue(options.Key) ?? NotEmpty(environment("HOOKCTL_KEY")) ?? "";
        if (key.AsSpan().ContainsAnyExceptInRange('\x21', '\x7e'))
        {
            throw new UsageException("The API key holds characters that no key has; was a line break copied with it?");
        }

        var bundle = arguments.GetValue(options.Ca) ?? NotEmpty(environment("HOOKCTL_CA"));
        return new(ReadAddress(address), key, bundle is null ? null : ReadBundle(bundle), arguments.GetValue(options.Timeout));
    }

    private static Uri ReadAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            && address.PathAndQuery == "/" && address.UserInfo.Length == 0
            ? address
            : throw new UsageException($"The address \"{text}\" is not like {DefaultAddress} or https://hooks.example.com.");

    private static X509Certificate2Collection ReadBundle(string path)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(File.ReadAllText(path));
            return certificates.Count > 0 ? certificates : throw new UsageException($"{path} holds no PEM certificate.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UsageException($"The certificates in {path} cannot be read: {e.Message}");
        }
    }

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
