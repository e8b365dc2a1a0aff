using System.Globalization;

namespace ControlPlane.Storage.Sqlite.Tests;

/// <summary>Files that are not as they were written: refused, never taken for something else.</summary>
public sealed class DamageTests : SqliteTests
{
    private const string Log = "-wal";

    [Theory]
    [InlineData("meta")]
    [InlineData("tenants")]
    [InlineData("names_text")]
    [InlineData("deliveries_revision")]
    public async Task Open_DamagedPage_IsRefused(string table)
    {
        var database = Open();
        await AddTenantAsync(database, "ten_1");
        var page = await database.ReadAsync(
            connection => long.Parse(
                connection.ReadText($"SELECT rootpage FROM sqlite_master WHERE name = '{table}'")!, CultureInfo.InvariantCulture),
            Cancel);
        await database.DisposeAsync();
        Overwrite((page - 1) * 4096, 16);

        await AssertDamagedAsync();
    }

    [Fact]
    public async Task Open_GarbageAfterTheLog_LosesNothing()
    {
        var acknowledged = await WriteAndDieAsync();
        using (var log = new FileStream(StorePath + Log, FileMode.Append))
        {
            var garbage = new byte[3 * 4120];
            new Random(1).NextBytes(garbage);
            log.Write(garbage);
        }

        Assert.Empty(acknowledged.Except(await ReadSoundAsync()));
    }

    [Fact]
    public async Task Open_LastFrameTorn_LosesTheLastCommitAlone()
    {
        const int WritersOfTheChild = 16;
        var acknowledged = await WriteAndDieAsync();
        using (var log = File.OpenWrite(StorePath + Log))
        {
            log.SetLength(log.Length - 100);
        }

        Assert.InRange(acknowledged.Except(await ReadSoundAsync()).Count(), 0, WritersOfTheChild);
    }

    [Fact]
    public async Task Read_PageThatWasDamagedMeanwhile_EndsAllReadingAndWriting()
    {
        var database = await OpenWithDamageAsync();

        await Assert.ThrowsAsync<StorageDamagedException>(() => ListTenantsAsync(database));

        await Assert.ThrowsAsync<StorageDamagedException>(() => AddTenantAsync(database, "ten_new"));
        await Assert.ThrowsAsync<StorageDamagedException>(() => database.ReadAsync(c => c.ReadText("SELECT 1"), Cancel));
        var maintenance = new SqliteIntegrity(database);
        Assert.NotEmpty(await maintenance.Damage);
        await Assert.ThrowsAsync<StorageDamagedException>(() => maintenance.CheckAsync(Cancel));
    }

    [Fact]
    public async Task Check_Damaged_SaysWhatIsWrongAndEndsAllWriting()
    {
        var maintenance = new SqliteIntegrity(Open());
        Assert.Empty(await maintenance.CheckAsync(Cancel));
        Assert.False(maintenance.Damage.IsCompleted);
        var database = await OpenWithDamageAsync();
        maintenance = new SqliteIntegrity(database);

        var findings = await maintenance.CheckAsync(Cancel);

        Assert.NotEmpty(findings);
        Assert.Equal(findings[0], await maintenance.Damage);
        await Assert.ThrowsAsync<StorageDamagedException>(() => AddTenantAsync(database, "ten_new"));
    }

    [Fact]
    public async Task Backup_Damaged_IsRefusedAndLeavesNoFile()
    {
        var database = await OpenWithDamageAsync();
        var target = Path.Combine(Folder, "copy.db");

        await Assert.ThrowsAsync<StorageDamagedException>(
            () => new SqliteBackup(database).BackupAsync(target, _ => Task.CompletedTask, Cancel));

        Assert.Empty(Directory.GetFiles(Folder, "copy*"));
        Assert.True(database.Damage.Found.IsCompleted);
    }

    /// <summary>A store that was sound when it was opened, with many tenants; since then most of its pages were overwritten.</summary>
    private async Task<SqliteDatabase> OpenWithDamageAsync()
    {
        await CloseAllAsync();
        var database = Open();
        var name = new string('x', 1_000);
        await Task.WhenAll(Enumerable.Range(0, 2_000).Select(i => database.WriteAsync(
            session => TenantRows.Create(session, new TenantRecord { Id = $"ten_{i}", Name = name }), Cancel)));
        await database.DisposeAsync();
        database = Open();
        Overwrite(64 * 4096, (int)new FileInfo(StorePath).Length - (64 * 4096));
        return database;
    }

    private async Task<IReadOnlyList<string>> WriteAndDieAsync()
    {
        var acknowledged = new List<string>();
        using var writer = ChildProcess.Start("write", StorePath);
        Assert.Equal("ready", await writer.StandardOutput.ReadLineAsync(Cancel));
        while (acknowledged.Count < 300)
        {
            acknowledged.Add((await writer.StandardOutput.ReadLineAsync(Cancel))!);
        }

        writer.Kill();
        await writer.WaitForExitAsync(Cancel);
        return acknowledged;
    }

    private async Task<IReadOnlyList<string>> ReadSoundAsync()
    {
        var database = Open();
        Assert.Equal("ok", await database.ReadAsync(c => c.ReadText("PRAGMA integrity_check"), Cancel));
        Assert.True(await AddTenantAsync(database, "ten_afterwards"));
        return [.. await ListTenantsAsync(database)];
    }

    private async Task AssertDamagedAsync()
    {
        var before = await File.ReadAllBytesAsync(StorePath, Cancel);
        var message = await ReadRefusalAsync(StorePath);
        Assert.Contains("is damaged", message, StringComparison.Ordinal);
        Assert.Contains("backup", message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(StorePath, Cancel));
    }

    private void Overwrite(long position, int count)
    {
        using var file = new FileStream(StorePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Position = position;
        var garbage = new byte[count];
        Array.Fill(garbage, (byte)0xA5);
        file.Write(garbage);
    }
}
