using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using System.Xml.Linq;
using ControlPlane.Testing;

namespace ControlPlane.Client.Tests;

/// <summary>The packages as a user has them: from a feed, in a folder outside the repository, against a real server.</summary>
public sealed class PackageTests : IAsyncDisposable
{
    private static readonly string[] Packed = ["ControlPlane.Contracts", "ControlPlane.Signing", "ControlPlane.Client", "ControlPlane.Cli"];
    private static readonly string[] Ids = ["ControlPlane.Client", "ControlPlane.Contracts", "ControlPlane.Signing", "hookctl"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("controlplane-packages-");

    private string Feed => Path.Combine(_folder.FullName, "feed");

    [Fact]
    public async Task Packages_FromAFeed_WorkAgainstARealServer()
    {
        foreach (var project in Packed)
        {
            await DotnetAsync(Root(), "pack", $"src/{project}", "--no-build", "-c", Configuration(), "-o", Feed, "-v", "q");
        }

        var packages = Directory.GetFiles(Feed, "*.nupkg").Order(StringComparer.Ordinal).ToList();
        Assert.Equal(Ids, packages.Select(Describe).Order(StringComparer.Ordinal));
        await WriteConfigurationAsync();

        await using var receiver = await HttpsReceiver.StartAsync();
        await using var server = await ServerProcess.StartAsync(receiver);
        var inbox = receiver.Open();

        CopyExample();
        var said = await DotnetAsync(
            Path.Combine(_folder.FullName, "example"), server, "run", "-v", "q", "--", inbox.Url);
        Assert.Contains("Succeeded", said, StringComparison.Ordinal);
        var request = Assert.Single(await inbox.CountAsync(1));
        Assert.Equal("""{"hello":"from C#"}""", Encoding.UTF8.GetString(request.Body.Span));

        var tools = Path.Combine(_folder.FullName, "tools");
        await DotnetAsync(_folder.FullName, "tool", "install", "hookctl", "--prerelease", "--tool-path", tools);
        var info = await RunAsync(Path.Combine(tools, "hookctl"), _folder.FullName, server, "events", "list", "--json");
        Assert.Contains("example.created", info, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Its id; fails if it lacks what a package says about itself.</summary>
    private static string Describe(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        using var nuspec = archive.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        var metadata = XDocument.Load(nuspec).Root!.Elements().Single();
        string? Value(string name) => (string?)metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name);
        Assert.Equal(("MIT", "README.md"), (Value("license"), Value("readme")));
        Assert.False(string.IsNullOrEmpty(Value("description")), path);
        Assert.Contains(archive.Entries, entry => entry.FullName == "README.md");
        Assert.Contains(archive.Entries, entry => entry.FullName == "LICENSE");
        return Value("id")!;
    }

    private void CopyExample()
    {
        var target = Directory.CreateDirectory(Path.Combine(_folder.FullName, "example")).FullName;
        foreach (var file in new[] { "Example.csproj", "Program.cs" })
        {
            File.Copy(Path.Combine(Root(), "examples", "csharp", file), Path.Combine(target, file));
        }
    }

    /// <summary>Our packages come from the feed and go into a cache of their own; what they build on is taken where the build has it.</summary>
    private Task WriteConfigurationAsync() => File.WriteAllTextAsync(
        Path.Combine(_folder.FullName, "nuget.config"),
        $"""
        <configuration>
          <config><add key="globalPackagesFolder" value="{Path.Combine(_folder.FullName, "cache")}" /></config>
          <fallbackPackageFolders><add key="built" value="{Cache()}" /></fallbackPackageFolders>
          <packageSources><clear /><add key="feed" value="{Feed}" /></packageSources>
        </configuration>
        """,
        TestContext.Current.CancellationToken);

    private static string Cache() => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set
        ? set
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static string Configuration() => new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Name;

    private static Task<string> DotnetAsync(string folder, params string[] arguments) => RunAsync(ServerProgram.Dotnet, folder, null, arguments);

    private static Task<string> DotnetAsync(string folder, ServerProcess server, params string[] arguments) =>
        RunAsync(ServerProgram.Dotnet, folder, server, arguments);

    private static async Task<string> RunAsync(string program, string folder, ServerProcess? server, params string[] arguments)
    {
        var start = ServerProgram.ToStart(folder, program, arguments);
        // Nothing of it may outlive the test, and what the tests were started with may not steer it.
        foreach (var (name, value) in new[]
        {
            ("MSBUILDDISABLENODEREUSE", "1"), ("DOTNET_CLI_USE_MSBUILD_SERVER", "0"), ("UseSharedCompilation", "false"),
            ("DOTNET_CLI_TELEMETRY_OPTOUT", "1"), ("DOTNET_NOLOGO", "1"), ("DOTNET_ROOT", Path.GetDirectoryName(ServerProgram.Dotnet)!),
        })
        {
            start.Environment[name] = value;
        }

        start.Environment.Remove("NUGET_PACKAGES");
        if (server is not null)
        {
            start.Environment["CONTROLPLANE_ADDRESS"] = start.Environment["HOOKCTL_ADDRESS"] = server.Setup.Grpc.GetLeftPart(UriPartial.Authority);
            start.Environment["CONTROLPLANE_KEY"] = start.Environment["HOOKCTL_KEY"] = ServerSetup.PlatformKey;
        }

        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}{await errors}");
        return await output;
    }

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../.."));
}
