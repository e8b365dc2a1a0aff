namespace ControlPlane.Storage.Compliance;

/// <summary>A store's file: who can open it, and what is said if it cannot be opened.</summary>
public abstract class StoreFileTests<TSource> : StorageTests<TSource>
    where TSource : FileSource, new()
{
    [Fact]
    public async Task Open_NewStore_IsReadableByItsOwnerOnly()
    {
        var nested = Path.Combine(Source.Folder, "a", "b", "store.db");
        await using var store = await Source.OpenAsync(nested, Clock);

        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Others = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.GetDirectoryName(nested)!) & Others);
            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(nested)!))
            {
                Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & Others);
            }
        }
    }

    [Fact]
    public async Task Open_SecondOwner_IsRefusedUntilTheFirstCloses()
    {
        Assert.Contains("in use", await ReadRefusalAsync(Source.File), StringComparison.Ordinal);

        await ReopenAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Open_StoreThatIsGone_IsNotTakenForANewOne(bool missing)
    {
        await AddTenantAsync("ten_1");
        await Store.DisposeAsync();
        File.Delete(Source.File);
        if (!missing)
        {
            File.Create(Source.File).Dispose();
        }

        Assert.Contains("is gone", await ReadRefusalAsync(Source.File), StringComparison.Ordinal);
        Assert.Equal(!missing, File.Exists(Source.File));

        foreach (var file in Directory.GetFiles(Source.Folder))
        {
            File.Delete(file);
        }

        await ReopenAsync();
        Assert.Null(await Store.Access.GetTenantAsync("ten_1", Cancel));
    }

    /// <summary>What is acknowledged is in the file that the next start opens.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Write_FileRemovedOrReplaced_NothingMoreIsAcknowledged(bool log, bool replaced)
    {
        var path = Source.File + (log ? Source.LogSuffix : "");
        await AddTenantAsync("ten_1");
        File.Move(path, path + ".away");
        if (replaced)
        {
            File.Copy(path + ".away", path);
        }

        await Assert.ThrowsAsync<StorageDamagedException>(() => AddTenantAsync("ten_2"));
        await Assert.ThrowsAsync<StorageDamagedException>(() => Store.Access.GetTenantAsync("ten_1", Cancel));
        Assert.Contains("removed or replaced", await Store.Capabilities.Integrity!.Damage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_FolderGone_NothingMoreIsAcknowledged()
    {
        await AddTenantAsync("ten_1");
        Directory.Move(Source.Folder, Source.Folder + "-away");
        try
        {
            await Assert.ThrowsAsync<StorageDamagedException>(() => AddTenantAsync("ten_2"));
        }
        finally
        {
            Directory.Move(Source.Folder + "-away", Source.Folder);
        }
    }

    [Fact]
    public async Task Open_EndCutOff_IsRefusedAndLeftAlone()
    {
        await AddTenantAsync("ten_1");
        await Store.DisposeAsync();
        using (var file = File.OpenWrite(Source.File))
        {
            file.SetLength(file.Length / 2);
        }

        var before = await File.ReadAllBytesAsync(Source.File, Cancel);
        var refusal = await ReadRefusalAsync(Source.File);

        Assert.Contains("is damaged", refusal, StringComparison.Ordinal);
        Assert.Contains("backup", refusal, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Source.File, Cancel));
    }

    [Fact]
    public async Task Open_NotADatabase_IsRefusedAndLeftAlone()
    {
        var text = Path.Combine(Source.Folder, "text");
        await File.WriteAllTextAsync(text, new string('x', 10_000), Cancel);

        await ReadRefusalAsync(text);

        Assert.Equal(new string('x', 10_000), await File.ReadAllTextAsync(text, Cancel));
    }

    [Fact]
    public async Task Open_BelowARegularFile_IsRefused()
    {
        var file = Path.Combine(Source.Folder, "file");
        await File.WriteAllTextAsync(file, "", Cancel);

        Assert.Contains("cannot be opened", await ReadRefusalAsync(Path.Combine(file, "store.db")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_PathIsADirectory_IsRefused()
    {
        var directory = Directory.CreateDirectory(Path.Combine(Source.Folder, "directory")).FullName;

        Assert.Contains("cannot be opened", await ReadRefusalAsync(directory), StringComparison.Ordinal);
    }

    /// <summary>Returns the message of a refusal to open: one line that names the file.</summary>
    private async Task<string> ReadRefusalAsync(string path)
    {
        var refusal = await Assert.ThrowsAsync<StorageOpenException>(() => Source.OpenAsync(path, Clock));
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        return refusal.Message;
    }
}
