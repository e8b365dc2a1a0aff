namespace ControlPlane.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteBackup(SqliteDatabase database) : IFileBackup
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    public async Task<BackupResult> BackupAsync(
        string path, Func<BackupProgress, Task> progress, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var expected = await database.ReadAsync(BackupWriter.Estimate, cancellationToken).ConfigureAwait(false);
            var copying = LongRead.RunAsync(database.Path, connection => BackupWriter.Write(connection, path), ending.Token);
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
        catch (SqliteException e) when (e.IsDamage)
        {
            throw database.Damage.Translate(e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException { IsOutage: true })
        {
            return new BackupResult.Failed(e.Message);
        }
    }

    private static long ReadLength(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
