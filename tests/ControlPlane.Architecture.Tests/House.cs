namespace ControlPlane.Architecture.Tests;

/// <summary>A source file: its path from the root of the repository, with forward slashes, and its lines.</summary>
internal sealed record SourceFile(string Path, string[] Lines)
{
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    public string Folder => System.IO.Path.GetDirectoryName(Path)!.Replace('\\', '/');

    public bool IsBelow(string folder) => Path.StartsWith(folder + "/", StringComparison.Ordinal);
}

/// <summary>The files of the repository that people wrote.</summary>
internal static class House
{
    private static readonly string[] Skipped = ["artifacts", "obj", "bin", "node_modules", ".git"];

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<SourceFile> Sources { get; } = [.. Read("src", "*.cs")];

    public static IReadOnlyList<SourceFile> Tests { get; } = [.. Read("tests", "*.cs")];

    public static IEnumerable<SourceFile> Everything => Sources.Concat(Tests);

    public static IReadOnlyList<SourceFile> Projects { get; } = [.. Read("src", "*.csproj")];

    public static IEnumerable<SourceFile> AllProjects => Projects.Concat(Read("tests", "*.csproj"));

    /// <summary>The files of a project or of a room in it.</summary>
    public static IEnumerable<SourceFile> Below(string folder) =>
        Sources.Where(file => file.IsBelow(folder));

    /// <summary>Fails with all findings, one a line.</summary>
    public static void None(IEnumerable<string> findings)
    {
        var found = findings.ToList();
        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
    }

    private static IEnumerable<SourceFile> Read(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(Skipped.Contains))
            .Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(path, File.ReadAllLines(Path.Combine(Root, path))));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ControlPlane.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run below the repository.");
        }

        return folder.FullName;
    }
}
