using System.Globalization;

namespace ControlPlane.Benchmarks.Load;

/// <summary>What became of events whose ids are their numbers: a byte for each step, so that an hour of them takes little memory.</summary>
internal sealed class NumberedEvents(int count)
{
    private const string Prefix = "numbered-";

    private readonly bool[] _acknowledged = new bool[count];
    private readonly bool[] _received = new bool[count];
    private readonly bool[] _watched = new bool[count];

    public int Acknowledged => _acknowledged.Count(each => each);

    public int Received => _received.Count(each => each);

    /// <summary>How many were acknowledged and never received.</summary>
    public int Lost => _acknowledged.Where((each, number) => each && !_received[number]).Count();

    /// <summary>How many were received, and their success never seen by the watch that resumes.</summary>
    public int Unseen => _received.Where((each, number) => each && !_watched[number]).Count();

    /// <summary>The id of the event of this number.</summary>
    public static string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number}");

    /// <summary>The ids of those that were acknowledged so far.</summary>
    public IReadOnlyList<string> ListAcknowledged() => [.. _acknowledged.Index().Where(each => each.Item).Select(each => Id(each.Index))];

    public void Acknowledge(int number) => _acknowledged[number] = true;

    public void Receive(string id) => _received[Number(id)] = true;

    public void Watch(string id) => _watched[Number(id)] = true;

    private static int Number(string id) => int.Parse(id.AsSpan(Prefix.Length), CultureInfo.InvariantCulture);
}
