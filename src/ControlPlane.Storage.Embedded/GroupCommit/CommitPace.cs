namespace ControlPlane.Storage.Embedded;

/// <summary>
/// How much goes into a transaction, by what the last ones took. Kept by the writer's thread. What is in a transaction waits for the whole of it, and what
/// comes meanwhile waits for it too: so the time that its rows will take is reckoned, also that of storing what operations leave for its end.
/// </summary>
internal sealed class CommitPace
{
    // A transaction takes operations in for as long as the last one waited to begin, for a reader, and to commit. A longer one would spare
    // little of what those cost, while all whose operations are in it wait, and with them the senders: they and the writer take turns instead
    // of working side by side. On a slow disk, and among many readers, more must share a transaction; while others wait as well, it is not ended
    // for time before their work is as much as it may be.
    private static readonly TimeSpan LeastTaking = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan MostTaking = TimeSpan.FromMilliseconds(50);

    /// <summary>The work in a transaction of one share while no other waits, unless the disk is slower than that.</summary>
    public static readonly TimeSpan WorkAlone = TimeSpan.FromMilliseconds(10);

    /// <summary>The same while others wait.</summary>
    public static readonly TimeSpan WorkContended = TimeSpan.FromMilliseconds(4);

    /// <summary>Rows that go in however long they take: where the cores are busy with something else everything takes long, and commits that few
    /// share would take all the time there is.</summary>
    public const int RowsAlone = 250;

    /// <summary>The same while others wait.</summary>
    public const int RowsContended = 150;

    private static readonly TimeSpan LeastPerRow = TimeSpan.FromMicroseconds(2);
    private static readonly TimeSpan MostPerRow = TimeSpan.FromMilliseconds(1);

    private TimeSpan _taking = LeastTaking;
    private TimeSpan _sync = TimeSpan.MaxValue;

    /// <summary>What a row takes that is stored at the end of a transaction and with its commit.</summary>
    public TimeSpan PerRow { get; private set; } = 5 * LeastPerRow;

    /// <summary>What a commit costs that few share.</summary>
    private TimeSpan Own => _sync == TimeSpan.MaxValue || _sync < LeastTaking ? LeastTaking : _sync;

    /// <summary>Returns what an operation costs.</summary>
    /// <param name="executed">How long it ran.</param>
    /// <param name="rows">The rows it wrote.</param>
    public TimeSpan CostOf(TimeSpan executed, long rows) => executed + (rows * PerRow);

    /// <summary>Returns whether one more operation goes into the transaction.</summary>
    /// <param name="elapsed">Since it began.</param>
    /// <param name="rows">Written by it so far.</param>
    /// <param name="more">What the next operation will write, as far as is known.</param>
    /// <param name="contended">Whether another share has an operation in it or waits.</param>
    public bool Allows(TimeSpan elapsed, long rows, int more, bool contended)
    {
        if (elapsed >= (contended && _taking < WorkContended ? WorkContended : _taking))
        {
            return false;
        }

        // What takes longer than two commits gets one of its own: what is in would wait for it, and what comes meanwhile for both.
        if (contended && rows > 0 && more * PerRow > 2 * Own)
        {
            return false;
        }

        var (least, few) = contended ? (WorkContended, RowsContended) : (WorkAlone, RowsAlone);
        return rows + more <= few
            || CostOf(elapsed, rows + more) <= Clamp(_sync == TimeSpan.MaxValue ? least : _sync, least, contended ? WorkAlone : MostTaking);
    }

    /// <summary>Returns whether one more operation goes into a transaction that is ready to commit.</summary>
    /// <param name="rows">What such operations wrote so far.</param>
    /// <param name="more">What the next one will write, as far as is known.</param>
    public bool AllowsLate(long rows, int more) => (rows + more) * PerRow <= Own;

    /// <summary>Takes note of a commit.</summary>
    /// <param name="waited">How long it waited to begin.</param>
    /// <param name="flushed">How long it took to store what operations left for the end.</param>
    /// <param name="committed">How long the commit took.</param>
    /// <param name="rows">The rows in it.</param>
    public void Note(TimeSpan waited, TimeSpan flushed, TimeSpan committed, long rows)
    {
        _taking = Clamp(waited + committed, LeastTaking, MostTaking);
        // The quickest commit of late shows what one costs that has nothing to write.
        _sync = Least(committed, _sync == TimeSpan.MaxValue ? committed : (_sync * 1.02) + TimeSpan.FromMicroseconds(10));
        if (rows > 0)
        {
            // By rows, so that the many commits of few tell little.
            var weight = Math.Min(0.5, rows / 1_000d);
            PerRow = Clamp((PerRow * (1 - weight)) + ((flushed + committed - _sync) / rows * weight), LeastPerRow, MostPerRow);
        }
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Clamp(TimeSpan time, TimeSpan least, TimeSpan most) => time < least ? least : Least(time, most);
}
