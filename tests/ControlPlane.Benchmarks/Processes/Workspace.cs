namespace ControlPlane.Benchmarks.Processes;

/// <summary>A folder that exists as long as this does.</summary>
internal sealed class Workspace : IDisposable
{
    private readonly DirectoryInfo _folder;

    public Workspace(string parent)
    {
        _folder = Directory.CreateDirectory(Path.Combine(Path.GetFullPath(parent), $"run-{Guid.NewGuid():N}"));
    }

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
