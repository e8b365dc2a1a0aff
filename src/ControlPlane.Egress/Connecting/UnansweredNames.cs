using System.Collections.Concurrent;

namespace ControlPlane.Egress.Connecting;

/// <summary>
/// Remembers for a short while which names have no address and which nobody answers for, so that each attempt of each webhook on
/// such a name does not take a lookup of its own.
/// </summary>
internal sealed class UnansweredNames(TimeProvider clock)
{
    /// <summary>How long a name without an address is remembered: it may have been registered a moment ago.</summary>
    public static readonly TimeSpan Missing = TimeSpan.FromSeconds(5);

    /// <summary>How long a name whose servers do not answer is remembered.</summary>
    public static readonly TimeSpan Silent = TimeSpan.FromSeconds(20);

    /// <summary>How many names are remembered.</summary>
    public const int Capacity = 10_000;

    private readonly ConcurrentDictionary<string, Entry> _names = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What was the fault of a name, if it is remembered.</summary>
    public NameAnswer? Find(string host)
    {
        if (!_names.TryGetValue(host, out var entry))
        {
            return null;
        }

        if (clock.GetElapsedTime(entry.NotedAt) < entry.For)
        {
            return entry.Answer;
        }

        _names.TryRemove(new(host, entry));
        return null;
    }

    /// <summary>Notes the fault of a name and returns it.</summary>
    public NameAnswer Add(string host, string fault, bool isSilent)
    {
        if (_names.Count >= Capacity)
        {
            // They are of use for seconds only.
            _names.Clear();
        }

        var answer = new NameAnswer([], fault);
        _names[host] = new Entry(answer, clock.GetTimestamp(), isSilent ? Silent : Missing);
        return answer;
    }

    private sealed record Entry(NameAnswer Answer, long NotedAt, TimeSpan For);
}
