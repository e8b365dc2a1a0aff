using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Moves the counts of old minutes into their hours, and removes those of old hours.</summary>
internal sealed class StatsSweep(RetentionTerms terms) : SqliteSweep(terms.Batch)
{
    internal static readonly Sql OldMinutes = new("SELECT minute, owner, counts FROM stats_minutes WHERE minute < ? ORDER BY minute, owner LIMIT ?");
    internal static readonly Sql OldHours = new("SELECT hour, owner FROM stats_hours WHERE hour < ? ORDER BY hour, owner LIMIT ?");
    private static readonly Sql SaveHour = new("INSERT OR REPLACE INTO stats_hours VALUES (?, ?, ?)");
    private static readonly Sql DeleteMinute = new("DELETE FROM stats_minutes WHERE minute = ? AND owner = ?");
    private static readonly Sql DeleteHour = new("DELETE FROM stats_hours WHERE hour = ? AND owner = ?");

    public override bool Look(Connection reader)
    {
        using var minute = reader.Use(OldMinutes).Bind(StatsBuckets.FirstMinute(terms.Now)).Bind(1);
        using var hour = reader.Use(OldHours).Bind(StatsBuckets.FirstHour(terms.Now)).Bind(1);
        Finished = !minute.Step() && !hour.Step();
        return !Finished;
    }

    public override Removed Remove(WriteSession session)
    {
        var minutes = new List<(long Minute, long Owner, byte[] Counts)>();
        using (var rows = session.Use(OldMinutes).Bind(StatsBuckets.FirstMinute(terms.Now)).Bind(Batch))
        {
            while (rows.Step())
            {
                minutes.Add((rows.Long(0), rows.Long(1), rows.Blob(2)));
            }
        }

        foreach (var hour in minutes.GroupBy(each => (Hour: StatsBuckets.HourOfMinute(each.Minute), each.Owner)))
        {
            AddTo(session, hour.Key.Hour, hour.Key.Owner, hour.Select(each => each.Counts));
        }

        minutes.ForEach(each => session.Use(DeleteMinute).Bind(each.Minute).Bind(each.Owner).Run());
        var hours = new List<(long Hour, long Owner)>();
        using (var rows = session.Use(OldHours).Bind(StatsBuckets.FirstHour(terms.Now)).Bind(Batch))
        {
            while (rows.Step())
            {
                hours.Add((rows.Long(0), rows.Long(1)));
            }
        }

        hours.ForEach(each => session.Use(DeleteHour).Bind(each.Hour).Bind(each.Owner).Run());
        session.NoteRows(minutes.Count + hours.Count);
        return default;
    }

    private static void AddTo(WriteSession session, long hour, long owner, IEnumerable<byte[]> added)
    {
        var counts = new AttemptCounts();
        using (var row = session.Use(StatsRows.FindHour).Bind(hour).Bind(owner))
        {
            counts.Add(row.Step() ? NumberFormat.Read(row.BlobOrNull(0)) : []);
        }

        foreach (var each in added)
        {
            counts.Add(NumberFormat.Read(each));
        }

        session.Use(SaveHour).Bind(hour).Bind(owner).Bind(NumberFormat.Write(counts.Numbers)).Run();
    }
}
