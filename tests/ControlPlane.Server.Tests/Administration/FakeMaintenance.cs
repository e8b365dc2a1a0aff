using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Administration;

/// <summary>A store whose backups and checks end as the test says.</summary>
internal sealed class FakeMaintenance : IFileBackup, IIntegrityCheck
{
    public Task<string> Damage { get; } = new TaskCompletionSource<string>().Task;

    public List<string> Problems { get; } = [];

    /// <summary>The files that backups were made to.</summary>
    public List<string> Backups { get; } = [];

    public Func<string, CancellationToken, Task<BackupResult>> Backup { get; set; } =
        (_, _) => Task.FromResult<BackupResult>(new BackupResult.Done(4096, 7));

    public async Task<BackupResult> BackupAsync(string path, Func<BackupProgress, Task> progress, CancellationToken cancellationToken)
    {
        await progress(new(0, 8192));
        Backups.Add(path);
        return await Backup(path, cancellationToken);
    }

    public Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>(Problems);
}
