using System.Globalization;
using System.Text;

namespace ControlPlane.Storage.Embedded;

/// <summary>
/// Deliveries of an append that are yet to be stored. They are kept as a text from the append's first commit on until they are, so that a process that
/// ends in between leaves nothing undone.
/// </summary>
/// <param name="Deliveries">In the order of their positions, which follow one another.</param>
internal sealed record Slice(IReadOnlyList<SlicedDelivery> Deliveries)
{
    /// <summary>How many deliveries go into a transaction at a time.</summary>
    public const int Size = 50;

    /// <summary>How many go into the first one with as many events.</summary>
    public const int MostWithEvents = 100;

    private const char EventMark = '@';

    /// <summary>The position of the first delivery.</summary>
    public long First => Deliveries[0].Seq;

    /// <summary>Cuts what an append leaves into slices.</summary>
    public static IReadOnlyList<Slice> Cut(IReadOnlyList<SlicedDelivery> deliveries) => [.. deliveries.Chunk(Size).Select(chunk => new Slice(chunk))];

    /// <summary>Reads what <see cref="Write"/> wrote. The deliveries are not born leased: whoever was to have them is gone.</summary>
    public static Slice Parse(long first, string text)
    {
        var deliveries = new List<SlicedDelivery>();
        var source = 0L;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == EventMark)
            {
                source = long.Parse(line.AsSpan(1), CultureInfo.InvariantCulture);
                continue;
            }

            var parts = line.Split(' ');
            var trigger = (DeliveryTrigger)int.Parse(parts[2], CultureInfo.InvariantCulture);
            deliveries.Add(new(source, first + deliveries.Count, new NewDelivery(parts[0], parts[1], trigger, Leased: false)));
        }

        return new Slice(deliveries);
    }

    /// <summary>Returns the deliveries as a text: after a line with the position of an event a line for each of its deliveries.</summary>
    public string Write()
    {
        var text = new StringBuilder();
        var source = 0L;
        foreach (var (eventSeq, _, (id, webhook, trigger, _)) in Deliveries)
        {
            if (eventSeq != source)
            {
                source = eventSeq;
                text.Append(CultureInfo.InvariantCulture, $"{EventMark}{source}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"{id} {webhook} {(int)trigger}\n");
        }

        return text.ToString();
    }
}

/// <summary>A delivery that has its position and is not stored yet.</summary>
/// <param name="EventSeq">The position of its event.</param>
/// <param name="Seq">Its own position.</param>
/// <param name="Delivery">The delivery.</param>
internal readonly record struct SlicedDelivery(long EventSeq, long Seq, NewDelivery Delivery);

/// <summary>What the first transaction of an append did.</summary>
/// <param name="Result">How the append ended, but for the deliveries that are left.</param>
/// <param name="Left">What is left, none for most.</param>
internal sealed record BegunAppend(AppendResult Result, IReadOnlyList<Slice> Left)
{
    public static implicit operator BegunAppend(AppendResult result) => new(result, []);
}
