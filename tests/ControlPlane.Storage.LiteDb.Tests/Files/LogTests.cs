namespace ControlPlane.Storage.LiteDb.Tests;

/// <summary>The log's file: where it is found to end, and what is found to be damage.</summary>
public sealed class LogTests
{
    private static readonly int[] Transactions = [2, 1, 3, 1, 2];

    [Fact]
    public void Find_NothingMissing_EndsAtTheLastTransaction()
    {
        var (file, _) = WriteLog();

        Assert.Equal((uint)Transactions.Sum(), LogEnd.Find(file).Frames);
    }

    [Fact]
    public void Find_CutAnywhereInTheLastThreeFrames_EndsAtTheLastWholeTransaction()
    {
        var (file, ends) = WriteLog();
        // At every byte near where a frame begins and ends, and at some of the many between.
        for (var cut = file.Content.Length - (3 * LogFrame.Size); cut < file.Content.Length; cut += IsNearAnEnd(cut) ? 1 : 13)
        {
            var end = LogEnd.Find(ForgettingFile.Of(file.Content[..cut]));

            Assert.Equal(ends.Last(frames => LogEnd.PositionOf(frames) <= cut), end.Frames);
        }

        bool IsNearAnEnd(int cut) => (file.Content.Length - cut) % LogFrame.Size is < 128 or > LogFrame.Size - 128;
    }

    [Fact]
    public void Find_BitFlippedInAnyFrame_IsDamageUnlessNothingWasSyncedAfterIt()
    {
        var (file, ends) = WriteLog();
        var random = new Random(1);
        for (uint number = 0; number < ends[^1]; number++)
        {
            for (var bit = 0; bit < 200; bit++)
            {
                var content = file.Content.ToArray();
                content[LogEnd.PositionOf(number) + random.Next(LogFrame.Size)] ^= (byte)(1 << random.Next(8));
                var flipped = ForgettingFile.Of(content);

                if (number >= ends[^2])
                {
                    Assert.Equal(ends[^2], LogEnd.Find(flipped).Frames);
                }
                else
                {
                    Assert.Throws<DamagedStoreException>(() => LogEnd.Find(flipped));
                }
            }
        }
    }

    [Fact]
    public void Find_BeginningIsBroken_IsDamage()
    {
        var (file, _) = WriteLog();
        for (var at = 0; at < 24; at++)
        {
            var content = file.Content.ToArray();
            content[at] ^= 1;
            content[4096 + at] ^= 1;

            Assert.Throws<DamagedStoreException>(() => LogEnd.Find(ForgettingFile.Of(content)));
        }
    }

    [Fact]
    public void Find_BeginningFallsBackToTheGenerationBefore_IsDamage()
    {
        var file = ForgettingFile.Of([]);
        var log = new LogStream(file, LogEnd.Find(file));
        log.Restart();
        log.Restart();
        Write(log, 1, 1);
        log.Sync();
        file.Content[8] ^= 1;

        Assert.Throws<DamagedStoreException>(() => LogEnd.Find(file));
    }

    [Fact]
    public void Find_PowerCutWithinASync_EndsBeforeIt()
    {
        var random = new Random(2);
        for (var i = 0; i < 300; i++)
        {
            var forgetting = ForgettingFile.Of([]);
            var file = new FailingFile(forgetting);
            var log = new LogStream(file, LogEnd.Find(file));
            log.Restart();
            Write(log, 3, 1);
            log.Sync();
            Write(log, 1 + random.Next(20), 2);
            file.FailsToSync = true;
            Assert.Throws<IOException>(log.Sync);

            // Of its sectors any can be on the disk, the last without the first, and by chance all.
            var end = LogEnd.Find(ForgettingFile.Of(forgetting.Lose(random))).Frames;
            Assert.True(end == 3 || end == log.Frames, $"{end}");
        }
    }

    [Fact]
    public void Discard_AfterFramesWereWritten_TheyDoNotComeBackBehindLaterOnes()
    {
        var file = new FailingFile(ForgettingFile.Of([]));
        var log = new LogStream(file, LogEnd.Find(file));
        log.Restart();
        Write(log, 1, 1);
        log.Sync();
        Write(log, 5, 2);
        file.FailsToSync = true;
        Assert.Throws<IOException>(log.Sync);
        file.FailsToSync = false;

        log.Discard();
        Assert.Equal(1u, LogEnd.Find(file).Frames);

        Write(log, 2, 3);
        log.Sync();
        Assert.Equal(3u, LogEnd.Find(file).Frames);
    }

    [Fact]
    public void Restart_BeginningCannotBeWritten_NextSyncWritesIt()
    {
        var file = new FailingFile(ForgettingFile.Of([]));
        var log = new LogStream(file, LogEnd.Find(file));
        log.Restart();
        Write(log, 4, 1);
        log.Sync();
        file.FailsToWrite = true;
        Assert.Throws<IOException>(log.Restart);
        Assert.Equal(4u, LogEnd.Find(file).Frames);
        file.FailsToWrite = false;

        Write(log, 1, 2);
        log.Sync();

        Assert.Equal(1u, LogEnd.Find(file).Frames);
    }

    /// <summary>A log with some transactions, each synced, and how many frames there were after each, beginning with none.</summary>
    private static (ForgettingFile File, List<uint> Ends) WriteLog()
    {
        var file = ForgettingFile.Of([]);
        var log = new LogStream(file, LogEnd.Find(file));
        log.Restart();
        var ends = new List<uint> { 0 };
        foreach (var pages in Transactions)
        {
            Write(log, pages, ends.Count);
            log.Sync();
            ends.Add(log.Frames);
        }

        return (file, ends);
    }

    /// <summary>Writes a transaction as LiteDB does: its last page says that it is.</summary>
    private static void Write(LogStream log, int pages, int fill)
    {
        for (var i = 0; i < pages; i++)
        {
            var page = new byte[LogFrame.PageSize];
            Array.Fill(page, (byte)fill);
            page[18] = (byte)(i == pages - 1 ? 1 : 0);
            log.Position = log.Length;
            log.Write(page, 0, page.Length);
        }
    }
}
