using System.Globalization;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Storage;

namespace ControlPlane.Server.Maintenance;

/// <summary>Where backups are put.</summary>
internal sealed record BackupPlace(string Directory);

/// <summary>A backup that was made.</summary>
internal sealed record MadeBackup(string Name, string Path, long Bytes, long Revision, DateTimeOffset StartTime, TimeSpan Duration);

/// <summary>Makes backups in the one directory for them, one at a time.</summary>
internal sealed class StoreBackups(
    EngineCapabilities capabilities, BackupPlace place, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<StoreBackups> log)
{
    private int _running;

    /// <summary>Makes one.</summary>
    /// <param name="name">The file's name, checked; empty for one made of the time.</param>
    /// <param name="progress">Receives the progress.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RequestException">It was not made, as the API says.</exception>
    public async Task<MadeBackup> RunAsync(string name, Func<BackupProgress, Task> progress, CancellationToken cancellationToken)
    {
        var backup = capabilities.Backup ?? throw Unsupported.Error("backup", capabilities);
        if (Interlocked.Exchange(ref _running, 1) == 1)
        {
            throw RequestErrors.Aborted("BACKUP_RUNNING", "A backup is being made already. Wait until it is done.");
        }

        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
            return await MakeAsync(backup, name, progress, either.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw RequestErrors.Unavailable("SERVER_STOPPING", "The server stops; the backup was not completed.", TimeSpan.FromSeconds(5));
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    private async Task<MadeBackup> MakeAsync(
        IFileBackup backup, string name, Func<BackupProgress, Task> progress, CancellationToken cancellationToken)
    {
        var (start, started) = (clock.GetUtcNow(), clock.GetTimestamp());
        name = name.Length > 0 ? name : string.Create(CultureInfo.InvariantCulture, $"controlplane-{start:yyyyMMdd'T'HHmmss'Z'}.db");
        var path = Path.Combine(place.Directory, name);
        PrepareDirectory();
        switch (await backup.BackupAsync(path, progress, cancellationToken))
        {
            case BackupResult.Done done:
                var made = new MadeBackup(name, path, done.Bytes, done.Revision, start, clock.GetElapsedTime(started));
                MaintenanceLog.BackedUp(log, path, made.Bytes, made.Revision, made.Duration.TotalSeconds);
                return made;
            case BackupResult.Exists:
                throw RequestErrors.AlreadyExists("BACKUP_EXISTS", "backup", name, $"There is a backup \"{name}\" already.");
            case var failed:
                throw Failed(((BackupResult.Failed)failed).Reason);
        }
    }

    private void PrepareDirectory()
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(place.Directory);
            }
            else
            {
                Directory.CreateDirectory(place.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            // What a crash left behind: no backup runs but this one.
            foreach (var partial in Directory.EnumerateFiles(place.Directory, "*" + IFileBackup.PartialSuffix))
            {
                File.Delete(partial);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(e.Message);
        }
    }

    private RequestException Failed(string reason)
    {
        MaintenanceLog.BackupFailed(log, place.Directory, reason);
        return RequestErrors.FailedPrecondition("BACKUP_FAILED", place.Directory, $"The backup could not be written: {reason}");
    }
}
