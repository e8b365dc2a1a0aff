using System.CommandLine;
using System.Text;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands.Webhooks;

/// <summary>The flags that say what is presented to receivers that want a certificate.</summary>
internal sealed class CertificateFlags
{
    private readonly Option<string> _chain = Flags.Text(
        "--client-certificate", "A file in PEM with a certificate to present to receivers that ask for one, and behind it those that issued it.", "FILE");

    private readonly Option<string> _key = Flags.Text(
        "--client-key", "A file in PEM with its private key, not encrypted; left out in an update, the key stays.", "FILE");

    public void AddTo(Command command)
    {
        command.Add(_chain);
        command.Add(_key);
    }

    /// <summary>Sets what the flags say; the answer is the paths that changed.</summary>
    public async Task<IReadOnlyList<string>> ApplyAsync(Session session, Webhook webhook)
    {
        var paths = new List<string>();
        if (session.Given(_chain))
        {
            (webhook.ClientCertificate ??= new()).CertificateChain = await ReadAsync(session, _chain);
            paths.Add("client_certificate.certificate_chain");
        }

        if (session.Given(_key))
        {
            (webhook.ClientCertificate ??= new()).PrivateKey = await ReadAsync(session, _key);
            paths.Add("client_certificate.private_key");
        }

        return paths;
    }

    private static async Task<string> ReadAsync(Session session, Option<string> file) =>
        Encoding.UTF8.GetString(InputBytes.WithoutMark(await InputBytes.ReadAsync(session, session.Get(file))));
}
