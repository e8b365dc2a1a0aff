namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbBackup(LiteDbDatabase database) : IFileBackup
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    public async Task<BackupResult> BackupAsync(string path, Func<BackupProgress, Task> progress, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var expected = database.Data.Length;
            var copying = Task.Run(() => BackupWriter.Write(database, path, ending.Token), ending.Token);
            try
            {
                do
                {
                    await progress(new BackupProgress(ReadLength(path + IFileBackup.PartialSuffix), expected)).ConfigureAwait(false);
                    await Task.WhenAny(copying, Task.Delay(ReportEvery, database.Clock, ending.Token)).ConfigureAwait(false);
                }
                while (!copying.IsCompleted);
            }
            finally
            {
                await ending.CancelAsync().ConfigureAwait(false);
                await ((Task)copying).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return await copying.ConfigureAwait(false);
        }
        catch (DamagedStoreException e)
        {
            throw database.Damage.Translate(e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StorageUnavailableException)
        {
            return new BackupResult.Failed(e.Message);
        }
    }

    private static long ReadLength(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
