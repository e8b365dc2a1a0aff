using System.Globalization;
using ControlPlane.CrashTests.Checking;
using ControlPlane.CrashTests.Ledger;
using ControlPlane.CrashTests.Serving;

namespace ControlPlane.CrashTests.Running;

/// <summary>What a run came to.</summary>
internal sealed class CrashSummary
{
    private const int Shown = 20;

    private readonly SortedDictionary<string, int> _points = new(StringComparer.Ordinal);
    private int _cycles;
    private int _events;
    private int _batches;
    private int _changes;
    private int _retries;
    private int _cancels;
    private int _deliveries;
    private int _attempts;
    private int _receipts;
    private int _cut;
    private int _cutAfterSuccess;
    private int _deliveriesCut;
    private int _cancelled;
    private int _tokens;
    private int _storeChecks;
    private int _takenForGone;

    public Violations Violations { get; } = new();

    /// <summary>Kills.</summary>
    public int Cycles => _cycles;

    /// <summary>Points that were never reached, so that the server was killed elsewhere.</summary>
    public List<string> Missed { get; } = [];

    /// <summary>Why the run ended before its time, which is no violation; null if it did not. What the epoch under way did is not counted.</summary>
    public string? CutShort { get; set; }

    public int Events => _events;

    public int Acknowledged => _events + _changes + _retries + _cancels;

    public void CountStoreCheck() => _storeChecks++;

    /// <summary>Adds the lives among some that ended with a kill, and counts those that other nodes took for gone.</summary>
    public void Add(IReadOnlyList<Life> lives)
    {
        _takenForGone += lives.Count(life => life.WasTakenForGone());
        foreach (var life in lives.Where(life => life.Killed))
        {
            _cycles++;
            var name = life.Point!.Name;
            _points[name] = _points.GetValueOrDefault(name) + 1;
            if (!life.PointReached)
            {
                Missed.Add($"{name} (the {life.Point.Count}th time)");
            }
        }
    }

    public void Add(Evidence evidence, AttemptTally tally)
    {
        _events += evidence.Ledger.Events.Count(e => e.Acknowledged > 0);
        _batches += evidence.Ledger.Batches;
        _changes += evidence.Ledger.WebhookChanges;
        _retries += evidence.Ledger.RetriesAndCancels.Acknowledged(retry: true);
        _cancels += evidence.Ledger.RetriesAndCancels.Acknowledged(retry: false);
        _deliveries += evidence.Deliveries.Count;
        _attempts += tally.Attempts;
        _receipts += tally.Receipts;
        _cut += tally.Cut;
        _cutAfterSuccess += tally.CutAfterSuccess;
        _deliveriesCut += tally.DeliveriesCut;
        _cancelled += tally.Cancelled;
        _tokens += evidence.Tracks.Sum(t => t.Tokens.Count);
    }

    public override string ToString()
    {
        var lines = new List<string>
        {
            $"kill -9               {_cycles}, {Missed.Count} of them not where they were meant to be",
            $"acknowledged          {Acknowledged}: {_events} events ({_batches} batches among them), {_changes} webhook changes, "
                + $"{_retries} retries, {_cancels} cancels",
            $"deliveries            {_deliveries}",
            $"attempts recorded     {_attempts}",
            $"requests received     {_receipts}",
            $"duplicates            {_cut}: {Share(_cut, _receipts)} of the requests, {Share(_deliveriesCut, _deliveries)} of the deliveries, "
                + $"{Per(_cut, _cycles)} per kill; {_cutAfterSuccess} of them had been answered 2xx",
            $"cancelled under way   {_cancelled}",
            $"resume tokens held    {_tokens}",
            $"nodes taken for gone  {_takenForGone}",
            $"integrity checks      {_storeChecks}",
            $"violations            {Violations.Found.Count}",
        };
        lines.AddRange(Violations.Found.Take(Shown).Select(v => "  " + v));
        lines.AddRange(Missed.Select(m => "  not reached: " + m));
        if (CutShort is not null)
        {
            lines.Add($"ended before its time, without a violation: {CutShort}");
        }

        lines.Add("killed at");
        lines.AddRange(_points.Select(p => string.Create(CultureInfo.InvariantCulture, $"  {p.Value,4}  {p.Key}")));
        return string.Join('\n', lines);
    }

    private static string Share(int part, int whole) =>
        string.Create(CultureInfo.InvariantCulture, $"{(whole == 0 ? 0 : 100.0 * part / whole):0.00} %");

    private static string Per(int part, int whole) =>
        string.Create(CultureInfo.InvariantCulture, $"{(whole == 0 ? 0 : (double)part / whole):0.0}");
}
