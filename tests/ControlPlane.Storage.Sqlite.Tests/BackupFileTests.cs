namespace ControlPlane.Storage.Sqlite.Tests;

/// <summary>What copies of this engine's store hold, and the reads that make them.</summary>
public sealed class BackupFileTests : SqliteTests
{
    private string Target => Path.Combine(Folder, "copies", "copy.db");

    [Fact]
    public async Task Backup_RemovedRows_AreNotInIt()
    {
        const string Mark = "a-text-that-is-gone";
        var database = Open();
        await database.WriteAsync(session => TenantRows.Create(session, new TenantRecord { Id = "ten_1", Name = Mark }), Cancel);
        await database.WriteAsync(
            session =>
            {
                session.Connection.Execute("DELETE FROM tenants WHERE id = 'ten_1'");
                return true;
            },
            Cancel);
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);

        Assert.IsType<BackupResult.Done>(await new SqliteBackup(database).BackupAsync(Target, _ => Task.CompletedTask, Cancel));

        Assert.Equal(-1, (await File.ReadAllBytesAsync(Target, Cancel)).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(Mark)));
    }

    [Fact]
    public async Task LongRead_Cancelled_EndsAtOnce()
    {
        await Open().DisposeAsync();
        using var ending = new CancellationTokenSource();
        var begun = new TaskCompletionSource();

        var reading = LongRead.RunAsync(
            StorePath,
            connection =>
            {
                begun.SetResult();
                return connection.ReadText(
                    "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c WHERE n < 0");
            },
            ending.Token);
        await begun.Task;
        await ending.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }
}
