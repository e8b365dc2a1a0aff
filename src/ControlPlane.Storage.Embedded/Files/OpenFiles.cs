namespace ControlPlane.Storage.Embedded;

/// <summary>
/// Notices that a file of the store was removed or replaced while it is open. What is written then goes to a file without a name, and
/// would be gone with the process.
/// </summary>
/// <param name="damage">Where that is reported.</param>
/// <param name="paths">The files, which exist.</param>
internal sealed class OpenFiles(Damage damage, params IEnumerable<string> paths)
{
    private readonly (string Path, FileIdentity? Opened)[] _files = [.. paths.Select(path => (path, FileIdentity.Of(path)))];

    /// <exception cref="StorageDamagedException">A file is not where it was.</exception>
    public void ThrowIfReplaced()
    {
        foreach (var (path, opened) in _files)
        {
            if (opened is not null && FileIdentity.Of(path) != opened)
            {
                damage.Report($"'{path}' was removed or replaced while it was in use");
            }
        }

        damage.ThrowIfFound();
    }
}
