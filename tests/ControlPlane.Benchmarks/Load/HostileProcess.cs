using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Load;

/// <summary>
/// Hostile tenants and their receivers in a process of their own that has what the server and its well-behaved tenant leave of the cores: elsewhere these
/// are other machines, and what they cost here is not what the server lets them take.
/// </summary>
internal sealed class HostileProcess : IAsyncDisposable
{
    /// <summary>The command line word that makes this program the hostile tenants.</summary>
    public const string Command = "besiege";

    private const string Lowest = "19";
    private const string Ready = "ready";
    private const string Begin = "begin";
    private const string End = "end";
    private readonly ChildProcess _process;

    private HostileProcess(ChildProcess process) => _process = process;

    /// <summary>Starts it and waits until its tenants and webhooks are made.</summary>
    public static async Task<HostileProcess> StartAsync(
        Workspace workspace, Uri server, TestAuthority certificates, IEnumerable<Way> ways, CancellationToken cancellationToken)
    {
        var process = new ChildProcess(new ProcessStartInfo(
            "nice",
            [
                "-n", Lowest, ServerProgram.Dotnet, typeof(HostileProcess).Assembly.Location, Command, server.ToString(),
                workspace.Write("hostile.pem", certificates.ServerPem), workspace.Write("hostile.key", certificates.ServerKeyPem),
                .. ways.Select(way => way.Name),
            ]));
        var hostile = new HostileProcess(process);
        try
        {
            await process.HearAsync(Ready, cancellationToken);
            return hostile;
        }
        catch
        {
            await hostile.DisposeAsync();
            throw;
        }
    }

    /// <summary>The process itself: makes what it needs, begins when it is told to, ends when it is told to or whoever started it is gone.</summary>
    public static async Task<int> RunAsync(Uri server, string certificatePath, string keyPath, IReadOnlyList<string> ways)
    {
        using var certificate = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
        await using var receiver = await HostileReceiver.StartAsync(certificate, CancellationToken.None);
        using var platform = new ServerClients(server);
        await using (var tenants = new HostileTenants(server, platform, receiver.Urls, CancellationToken.None))
        {
            foreach (var way in HostileTenants.Ways.Where(way => ways.Contains(way.Name)))
            {
                await way.AddAsync(tenants);
            }

            Console.WriteLine(Ready);
            if (await ReadLineAsync() == Begin)
            {
                tenants.Start();
                await ReadLineAsync();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{End} {tenants.Refused} {tenants.Closed}"));
            }
        }

        return 0;
    }

    public void Start() => _process.Say(Begin);

    /// <summary>Ends the siege; returns how many calls were refused and how many connections of strangers closed.</summary>
    public async Task<(int Refused, int Closed)> EndAsync(CancellationToken cancellationToken)
    {
        _process.Say(End);
        var said = (await _process.HearAsync(End, cancellationToken)).Split(' ');
        return (int.Parse(said[0], CultureInfo.InvariantCulture), int.Parse(said[1], CultureInfo.InvariantCulture));
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    /// <summary>Reading the console blocks whatever the method is called.</summary>
    private static Task<string?> ReadLineAsync() => Task.Run(Console.ReadLine);
}
