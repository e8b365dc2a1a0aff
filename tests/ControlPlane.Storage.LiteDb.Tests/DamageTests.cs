namespace ControlPlane.Storage.LiteDb.Tests;

/// <summary>Damage is found before anything wrong is told.</summary>
public sealed class DamageTests : LiteDbTests
{
    [Fact]
    public async Task Open_BitFlippedAnywhereInTheDataFile_IsRefused()
    {
        await FillAsync();
        var sound = await File.ReadAllBytesAsync(StorePath, Cancel);
        var random = new Random(1);
        for (var i = 0; i < 100; i++)
        {
            var damaged = sound.ToArray();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(StorePath, damaged, Cancel);

            Assert.Matches("is damaged|another program", await ReadRefusalAsync(StorePath));
        }

        await File.WriteAllBytesAsync(StorePath, sound, Cancel);
        Open();
    }

    [Fact]
    public async Task Open_DataFileCutShort_IsRefused()
    {
        await FillAsync();
        using (var file = File.OpenWrite(StorePath))
        {
            file.SetLength(file.Length - 100);
        }

        Assert.Contains("is damaged", await ReadRefusalAsync(StorePath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_DamagedWhileInUse_IsFoundAndEndsEverything()
    {
        await FillAsync();
        var database = Open();
        var engine = LiteDbStorage.CreateEngine(database);
        Assert.Empty(await engine.Capabilities.Integrity!.CheckAsync(Cancel));
        Spoil(at: 9 * LogFrame.PageSize + 100);

        Assert.Contains("page 9 is not what was written", await engine.Capabilities.Integrity.CheckAsync(Cancel));

        Assert.Contains("page 9", await engine.Capabilities.Integrity.Damage, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StorageDamagedException>(() => AddTenantAsync(database, "ten_late"));
        await Assert.ThrowsAsync<StorageDamagedException>(() => ListTenantsAsync(database));
    }

    [Fact]
    public async Task Open_ChecksumsRemoved_TakesTheFileAsItIs()
    {
        await FillAsync();
        File.Delete(StoreFiles.SumsOf(StorePath));

        Assert.Equal(101, (await ListTenantsAsync(Open())).Count());
    }

    private async Task FillAsync()
    {
        await using var database = Open();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => AddTenantAsync(database, $"ten_{i}")));
    }

    private void Spoil(long at)
    {
        using var file = new FileStream(StorePath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = at;
        var old = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(old ^ 4));
    }
}
