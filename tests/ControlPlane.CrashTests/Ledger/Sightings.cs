using System.Collections.Concurrent;
using ControlPlane.V1;

namespace ControlPlane.CrashTests.Ledger;

/// <summary>Every state of a delivery that anybody was shown. What was shown once must stay true.</summary>
internal sealed class Sightings(Violations violations)
{
    private const int Recent = 300;

    private readonly ConcurrentDictionary<long, Delivery> _byRevision = new();
    private readonly ConcurrentDictionary<string, Delivery> _latest = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _recent = new();

    public IReadOnlyDictionary<string, Delivery> Latest => _latest;

    /// <summary>Notes what was shown. A revision that stands for two things was shown before it was stored, and lost.</summary>
    public void Add(Delivery shown)
    {
        var delivery = shown.Clone();
        delivery.Attempts.Clear();
        var first = _byRevision.GetOrAdd(delivery.Revision, delivery);
        violations.Unless(first.Equals(delivery), $"Revision {delivery.Revision} was shown as {first} and as {delivery}");
        _latest.AddOrUpdate(delivery.Id, delivery, (_, known) => known.Revision > delivery.Revision ? known : delivery);
        _recent.Enqueue(delivery.Id);
        if (_recent.Count > Recent)
        {
            _recent.TryDequeue(out _);
        }
    }

    /// <summary>One of those seen last, or null.</summary>
    public Delivery? Pick(Random random)
    {
        var recent = _recent.ToArray();
        return recent.Length == 0 ? null : _latest[recent[random.Next(recent.Length)]];
    }
}
