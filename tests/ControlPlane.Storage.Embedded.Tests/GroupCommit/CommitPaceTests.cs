namespace ControlPlane.Storage.Embedded.Tests.GroupCommit;

/// <summary>How much a transaction takes in.</summary>
public sealed class CommitPaceTests
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(0.1);
    private readonly CommitPace _pace = new();

    [Fact]
    public void Allows_RowsThatTakeLongAtTheEnd_AreReckonedBeforeTheyAreStored()
    {
        NoteMany(TimeSpan.FromMicroseconds(50));
        Assert.InRange(_pace.PerRow.TotalMicroseconds, 40, 60);
        Assert.True(_pace.Allows(Quick, 0, 150, contended: false));
        Assert.False(_pace.Allows(Quick, 150, 150, contended: false));
    }

    [Fact]
    public void Allows_OthersWait_LessGoesIn()
    {
        NoteMany(TimeSpan.FromMicroseconds(50));
        Assert.True(_pace.Allows(Quick, 90, 30, contended: true));
        Assert.False(_pace.Allows(Quick, 0, CommitPace.RowsContended + 1, contended: true));
        Assert.True(_pace.Allows(Quick, 0, CommitPace.RowsContended + 1, contended: false));
    }

    [Fact]
    public void Allows_LargeOneWhileOthersWait_GetsATransactionOfItsOwn()
    {
        NoteMany(TimeSpan.FromMicroseconds(50));
        Assert.True(_pace.Allows(Quick, 5, 10, contended: true));
        Assert.False(_pace.Allows(Quick, 5, 100, contended: true));
        Assert.False(_pace.Allows(Quick, 50, 50, contended: true));
        Assert.True(_pace.Allows(Quick, 5, 100, contended: false));
        // Small ones go along with a large one: it is being stored already.
        Assert.True(_pace.Allows(Quick, 100, 5, contended: true));
    }

    [Fact]
    public void Allows_CommitsCostMoreThanALargeOne_ItGoesAlong()
    {
        for (var i = 0; i < 300; i++)
        {
            _pace.Note(TimeSpan.Zero, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(20), 100);
        }

        Assert.InRange(_pace.PerRow.TotalMicroseconds, 40, 60);
        Assert.True(_pace.Allows(Quick, 5, 100, contended: true));
    }

    [Fact]
    public void Allows_SlowDisk_MoreSharesACommit()
    {
        for (var i = 0; i < 300; i++)
        {
            _pace.Note(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMilliseconds(40), 10);
        }

        Assert.True(_pace.Allows(TimeSpan.FromMilliseconds(30), 300, 1, contended: false));
        Assert.False(_pace.Allows(TimeSpan.FromMilliseconds(30), 300, 1, contended: true));
        Assert.True(_pace.Allows(TimeSpan.FromMilliseconds(5), 300, 1, contended: true));
    }

    [Fact]
    public void Allows_ReadersHeldItUp_MoreSharesTheTransaction()
    {
        _pace.Note(waited: TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMilliseconds(1), 10);
        Assert.False(_pace.Allows(TimeSpan.FromMilliseconds(3), 10, 1, contended: false));
        // What has waited for others goes in with what the transaction is begun for.
        Assert.True(_pace.Allows(TimeSpan.FromMilliseconds(3), 10, 1, contended: true));

        _pace.Note(waited: TimeSpan.FromMilliseconds(5), TimeSpan.Zero, TimeSpan.FromMilliseconds(1), 10);
        Assert.True(_pace.Allows(TimeSpan.FromMilliseconds(3), 10, 1, contended: false));
    }

    [Fact]
    public void Allows_OneLargeCommitHasTakenLong_TheNextIsNoLargerForIt()
    {
        NoteMany(TimeSpan.FromMicroseconds(10));
        _pace.Note(TimeSpan.Zero, TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(40), 10_000);
        Assert.False(_pace.Allows(Quick, 1_500, 1, contended: false));
        Assert.False(_pace.Allows(Quick, 500, 1, contended: true));
    }

    [Fact]
    public void Allows_EverythingTakesLong_SmallOperationsStillShareACommit()
    {
        NoteMany(TimeSpan.FromMilliseconds(10));
        Assert.True(_pace.Allows(Quick, CommitPace.RowsContended - 1, 1, contended: true));
        Assert.False(_pace.Allows(Quick, CommitPace.RowsContended, 1, contended: true));
        Assert.True(_pace.Allows(Quick, CommitPace.RowsAlone - 1, 1, contended: false));
        Assert.False(_pace.Allows(Quick, CommitPace.RowsAlone, 1, contended: false));
    }

    [Fact]
    public void CostOf_CountsWhatIsStoredLater()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(1) + (100 * _pace.PerRow), _pace.CostOf(TimeSpan.FromMilliseconds(1), 100));
    }

    private void NoteMany(TimeSpan perRow)
    {
        for (var i = 0; i < 50; i++)
        {
            _pace.Note(TimeSpan.Zero, perRow * 100, TimeSpan.FromMilliseconds(1), 100);
        }
    }
}
