using System.Diagnostics;

namespace ControlPlane.Testing;

/// <summary>The settings of a server on a store of its own, in a folder that goes with it.</summary>
public sealed class ServerSetup : IDisposable
{
    public const string PlatformKey = "cpk_functional_platform_0123456789_0123456789";

    /// <summary>The variable that names the engine for servers of tests. Without it they use the server's default.</summary>
    private const string ProviderVariable = "CONTROLPLANE_TEST_PROVIDER";

    private const string DefaultProvider = "litedb";

    /// <summary>The engine that servers of tests use.</summary>
    public static string ChosenProvider =>
        Environment.GetEnvironmentVariable(ProviderVariable) is { Length: > 0 } provider ? provider : DefaultProvider;

    public ServerSetup(string? trustedPem = null)
    {
        Folder = Directory.CreateTempSubdirectory("controlplane-functional-");
        Grpc = new($"http://127.0.0.1:{LocalPorts.Take()}");
        Http = new($"http://127.0.0.1:{LocalPorts.Take()}");
        Settings["Listen:Grpc"] = Grpc.GetLeftPart(UriPartial.Authority);
        Settings["Listen:Http"] = Http.GetLeftPart(UriPartial.Authority);
        Settings["Storage:Path"] = PathOf("controlplane.db");
        if (ChosenProvider != DefaultProvider)
        {
            Settings["Storage:Provider"] = ChosenProvider;
        }

        Settings["Access:BootstrapKey"] = PlatformKey;
        Settings["Egress:AllowedNetworks"] = "127.0.0.0/8";
        if (trustedPem is not null)
        {
            File.WriteAllText(PathOf("authority.pem"), trustedPem);
            Settings["Egress:TrustedCertificates"] = PathOf("authority.pem");
        }
    }

    public DirectoryInfo Folder { get; }

    public Uri Grpc { get; }

    public Uri Http { get; }

    /// <summary>Values below <c>ControlPlane:</c>.</summary>
    public Dictionary<string, string> Settings { get; } = [];

    /// <summary>Values of other sections.</summary>
    public Dictionary<string, string> OtherSettings { get; } = [];

    /// <summary>How many bytes its largest file may have from the start on. Null: as many as the disk takes.</summary>
    public long? FileSizeLimit { get; set; }

    /// <summary>The engine of the store.</summary>
    public string Provider => Settings.GetValueOrDefault("Storage:Provider", DefaultProvider);

    /// <summary>The log beside the store's file.</summary>
    public string LogPath => Settings["Storage:Path"] + (Provider == "litedb" ? "-log" : "-wal");

    /// <summary>How many files and connections it may have open. Null: as many as the test.</summary>
    public int? DescriptorLimit { get; set; }

    /// <summary>The server's command line.</summary>
    public IReadOnlyList<string> Arguments { get; set; } = [];

    /// <summary>Has it share a database, and a key for what is sealed in it, with others instead of having a file of its own.</summary>
    /// <param name="database">How to reach it.</param>
    public void Share(string database)
    {
        Settings.Remove("Storage:Path");
        Settings["Storage:Provider"] = "postgres";
        Settings["Storage:ConnectionString"] = database;
        Settings["Secrets:MasterKey"] = Convert.ToBase64String(new byte[32]);
    }

    public string PathOf(string file) => Path.Combine(Folder.FullName, file);

    public ProcessStartInfo ToStartInfo()
    {
        // A write beyond a limit of file sizes is to fail, as it does on a full disk; the signal that comes with it would end the process.
        var limit = FileSizeLimit is { } bytes ? $"ulimit -f {bytes / 512}; " : "";
        limit += DescriptorLimit is { } descriptors ? $"ulimit -n {descriptors}; " : "";
        var start = ServerProgram.ToStart(
            Folder.FullName, "/bin/sh", "-c", $"trap '' XFSZ; {limit}exec \"$0\" \"$@\"", ServerProgram.Dotnet, ServerProgram.Assembly);
        foreach (var argument in Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        if (FileSizeLimit is not null)
        {
            // Reserves memory through a large file, which the limit does not allow.
            start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        }

        foreach (var (key, value) in Settings.Select(s => ($"ControlPlane:{s.Key}", s.Value)).Concat(OtherSettings.Select(s => (s.Key, s.Value))))
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        return start;
    }

    public void Dispose() => Folder.Delete(recursive: true);
}
