using System.Collections.Frozen;
using System.Reflection;

namespace ControlPlane.Server.Doors.WebConsole;

/// <summary>The console as the build embeds it: one page and the files beside it, by their paths from the page.</summary>
internal sealed class ConsoleFiles
{
    /// <summary>What the build puts before the names of the files.</summary>
    public const string Prefix = "console/";

    private const string Page = "index.html";
    private const string Assets = "assets/";
    private readonly FrozenDictionary<string, ConsoleFile> _files;

    public ConsoleFiles()
        : this(typeof(ConsoleFiles).Assembly)
    {
    }

    /// <param name="assembly">What has the files. One that was built without npm has none.</param>
    public ConsoleFiles(Assembly assembly)
    {
        _files = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(name => name[Prefix.Length..], name => Read(assembly, name), StringComparer.Ordinal);
        HowToBuild = Read(typeof(ConsoleFiles).Assembly, "ControlPlane.Server.Doors.WebConsole.Page.missing.html");
    }

    /// <summary>The page that says how to build a server that has the console.</summary>
    public ConsoleFile HowToBuild { get; }

    /// <summary>Whether there is a console.</summary>
    public bool Exist => _files.ContainsKey(Page);

    /// <summary>Returns a file by its path from the page, the page itself for the empty one, or null.</summary>
    public ConsoleFile? Find(string path) => _files.GetValueOrDefault(path.Length == 0 ? Page : path);

    private static ConsoleFile Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new(ContentType(name), content, name.StartsWith(Prefix + Assets, StringComparison.Ordinal));
    }

    private static string ContentType(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"The console has a file of a kind that is not known here: {name} ({other})."),
    };
}
