using System.Text;

namespace ControlPlane.Storage.Compliance;

/// <summary>What was erased is in no file of a store that was closed since, and in no backup made since.</summary>
public abstract class ErasedBytesTests<TSource> : ErasureTest<TSource>
    where TSource : FileSource, new()
{
    private const string Small = "\"smallish-secret\"";
    private const string Label = "label-of-somebody";

    [Fact]
    public async Task Erase_ThenClose_LeavesNothingInTheFiles()
    {
        var webhook = await AddWebhookAsync();
        var large = $"\"{string.Concat(Enumerable.Repeat("large-secret ", 4_000))}\"";
        for (var i = 0; i < 40; i++)
        {
            var labels = new Dictionary<string, string> { ["person"] = Label };
            await SucceedAsync((await AppendAsync(To(NewEvent() with { Payload = Bytes(i % 2 == 0 ? Small : large), Labels = labels }, true, webhook)))[0].Deliveries[0]);
            await PublishAsync(webhook);
        }

        Assert.Equal((true, true, true), await LookAsync());
        Assert.Equal(40, await EraseAsync(labels: new() { ["person"] = Label }));
        var backup = Path.Combine(Source.Folder, "backup.db");
        Assert.IsType<BackupResult.Done>(await Store.Capabilities.Backup!.BackupAsync(backup, _ => Task.CompletedTask, Cancel));
        Assert.Equal((false, false, false), Look([backup]));
        File.Delete(backup);
        await Store.DisposeAsync();

        Assert.Equal((false, false, false), Look(Directory.GetFiles(Source.Folder)));
        await ReopenAsync();
        Assert.Equal(80, (await Store.Events.ListAsync(new EventQuery { Limit = 100 }, Cancel)).Items.Count);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Looks into the files after everything in the log was copied.</summary>
    private async Task<(bool, bool, bool)> LookAsync()
    {
        await ReopenAsync();
        return Look(Directory.GetFiles(Source.Folder));
    }

    private static (bool Small, bool Large, bool Label) Look(string[] files)
    {
        var all = files.Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).Select(Read).ToList();
        return (Has("smallish-secret"), Has("large-secret"), Has(Label));

        bool Has(string text) => all.Exists(bytes => bytes.AsSpan().IndexOf(Bytes(text)) >= 0);
    }

    private static byte[] Read(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
