using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Testing;

namespace ControlPlane.Egress.Tests.Peers;

/// <summary>OpenSSL's own server on a loopback port. It answers every request over HTTP/1.1 with 200.</summary>
internal sealed class OpensslServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("controlplane-openssl-");
    private readonly Process _process;

    private OpensslServer(string certificate, string key, IEnumerable<X509Certificate2> chain, string[] arguments)
    {
        Port = LocalPorts.Take();
        var (certificateFile, keyFile, chainFile) = (PathOf("server.pem"), PathOf("server.key"), PathOf("chain.pem"));
        File.WriteAllText(certificateFile, certificate);
        File.WriteAllText(keyFile, key);
        File.WriteAllLines(chainFile, chain.Select(issuer => issuer.ExportCertificatePem()));
        string[] presented = new FileInfo(chainFile).Length > 0 ? ["-cert_chain", chainFile] : [];
        _process = Process.Start(new ProcessStartInfo(
            "openssl",
            ["s_server", "-accept", $"127.0.0.1:{Port}", "-cert", certificateFile, "-key", keyFile, .. presented, "-crlf", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    public int Port { get; }

    public static async Task<OpensslServer> StartAsync(
        X509Certificate2 certificate, IEnumerable<X509Certificate2> chain, params string[] arguments)
    {
        var server = new OpensslServer(certificate.ExportCertificatePem(), TestAuthority.KeyPem(certificate), chain, arguments);
        server._process.ErrorDataReceived += (_, _) => { };
        server._process.BeginErrorReadLine();
        while (await server._process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith("ACCEPT", StringComparison.Ordinal))
            {
                _ = server.AnswerAsync();
                return server;
            }
        }

        await server.DisposeAsync();
        throw new InvalidOperationException("openssl s_server did not start.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private string PathOf(string file) => Path.Combine(_folder.FullName, file);

    private async Task AnswerAsync()
    {
        try
        {
            while (await _process.StandardOutput.ReadLineAsync() is { } line)
            {
                if (line.StartsWith("POST ", StringComparison.Ordinal))
                {
                    await _process.StandardInput.WriteAsync("HTTP/1.1 200 OK\nContent-Length: 0\n\n");
                    await _process.StandardInput.FlushAsync();
                }
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            // The test is over.
        }
    }
}
