using System.Runtime.Versioning;
using ControlPlane.Server.Webhooks.Secrets;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Tests.Webhooks.Secrets;

public sealed class MasterKeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("controlplane-").FullName;

    private string KeyPath => Path.Combine(_folder, "data", "store.db.key");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ReadOrCreate_FirstStart_MakesAFileOnlyItsOwnerCanRead()
    {
        var made = MasterKeyFile.ReadOrCreate(KeyPath, out var created);
        Assert.True(created);
        Assert.Equal(made.Export(), MasterKeyFile.ReadOrCreate(KeyPath, out created).Export());
        Assert.False(created);
        Assert.Equal([KeyPath], Directory.GetFiles(Path.GetDirectoryName(KeyPath)!));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyPath));
        }
    }

    [Fact]
    public async Task ReadOrCreate_ManyAtOnce_AllGetOneKey()
    {
        // Many times, because the moment between a look and a move is short.
        for (var i = 0; i < 50; i++)
        {
            var path = Path.Combine(Path.GetDirectoryName(KeyPath)!, $"{i}", "master.key");
            using var start = new Barrier(4);
            var keys = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait(TestContext.Current.CancellationToken);
                    return MasterKeyFile.ReadOrCreate(path, out var _).Export();
                },
                TestContext.Current.CancellationToken,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)));
            Assert.Single(keys.Distinct());
            Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
        }
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead), InlineData(UnixFileMode.OtherRead), InlineData(UnixFileMode.GroupWrite)]
    [UnsupportedOSPlatform("windows")]
    public void ReadOrCreate_OthersCanRead_Refused(UnixFileMode mode)
    {
        MasterKeyFile.ReadOrCreate(KeyPath, out _);
        File.SetUnixFileMode(KeyPath, File.GetUnixFileMode(KeyPath) | mode);
        AssertRefused("0600");
    }

    [Theory]
    [InlineData(""), InlineData("AAAA"), InlineData("not base64"), InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void ReadOrCreate_NoKeyInside_RefusedAndKept(string content)
    {
        MasterKeyFile.ReadOrCreate(KeyPath, out _);
        File.WriteAllText(KeyPath, content);
        AssertRefused("32 bytes");
        Assert.Equal(content, File.ReadAllText(KeyPath));
    }

    [Fact]
    public void ReadOrCreate_FolderInItsPlace_Refused()
    {
        Directory.CreateDirectory(KeyPath);
        AssertRefused("cannot be read or made");
    }

    private void AssertRefused(string why)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => MasterKeyFile.ReadOrCreate(KeyPath, out _));
        Assert.StartsWith("ControlPlane:Secrets:MasterKey: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(KeyPath, failure.Message, StringComparison.Ordinal);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }
}
