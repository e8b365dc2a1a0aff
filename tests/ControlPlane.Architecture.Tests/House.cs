namespace ControlPlane.Architecture.Tests;

/// <summary>A source file: its path from the root of the repository, with forward slashes, and its lines.</summary>
internal sealed record SourceFile(string Path, string[] Lines)
{
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    public string Folder => System.IO.Path.GetDirectoryName(Path)!.Replace('\\', '/');
}

/// <summary>The files of the repository that people wrote.</summary>
internal static class House
{
    private static readonly string[] Skipped = ["artifacts", "obj", "bin", "node_modules", ".git"];

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<SourceFile> Sources { get; } = [.. Read("src", "*.cs")];

    public static IReadOnlyList<SourceFile> Tests { get; } = [.. Read("tests", "*.cs")];

    public static IReadOnlyList<SourceFile> Projects { get; } = [.. Read("src", "*.csproj")];

    /// <summary>The files of a project or of a room in it.</summary>
    public static IEnumerable<SourceFile> Below(string folder) =>
        Sources.Where(file => file.Path.StartsWith(folder + "/", StringComparison.Ordinal));

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
