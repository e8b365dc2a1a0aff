namespace ControlPlane.Benchmarks.Processes;

/// <summary>A folder that exists as long as this does.</summary>
internal sealed class Workspace : IDisposable
{
    private readonly DirectoryInfo _folder;

    /// <param name="parent">Where to make it.</param>
    /// <param name="provider">The storage engine of servers that work in it; null for their default.</param>
    public Workspace(string parent, string? provider)
    {
        Provider = provider;
        _folder = Directory.CreateDirectory(Path.Combine(Path.GetFullPath(parent), $"run-{Guid.NewGuid():N}"));
    }

    public string? Provider { get; }

    /// <summary>How servers in it look names up; null as the system does.</summary>
    public string? Resolver { get; init; }

    public string Folder => _folder.FullName;

    public string PathOf(string file) => Path.Combine(Folder, file);

    public string Write(string file, string text)
    {
        var path = PathOf(file);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
