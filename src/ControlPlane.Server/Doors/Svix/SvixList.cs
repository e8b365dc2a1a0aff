using System.Text.Json.Nodes;
using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>An entry of a list.</summary>
/// <param name="Id">Its id, by which an iterator names it.</param>
/// <param name="Show">Makes what is shown of it; null if the filter of the request leaves it out.</param>
internal sealed record SvixEntry(string Id, Func<Task<JsonObject>>? Show);

/// <summary>Some entries of a list, newest first, and where it goes on; empty at its end.</summary>
internal sealed record SvixPart(IReadOnlyList<SvixEntry> Entries, string Next);

/// <summary>Reads as many entries of a list as are asked for from a place on, or fewer at the end or where it has looked far enough.</summary>
internal delegate Task<SvixPart> SvixReader(string place, int count);

/// <summary>
/// Lists with Svix's iterators. <c>iterator</c> is <c>~</c> and a place in the list of this API. <c>prevIterator</c> is <c>-</c> and the id of the first
/// entry: what is newer than that one is looked for from the newest on, over a bounded number of entries.
/// </summary>
internal static class SvixList
{
    /// <summary>How many entries are looked at for those that are newer than one, and at most listed the other way round.</summary>
    public const int MostLookedAt = 1_000;

    private const int Step = 250;

    /// <summary>Before a place, which can begin with any character.</summary>
    private const char Onwards = '~';

    private const char Backwards = '-';

    /// <summary>Answers the page that a request asks for, newest first.</summary>
    public static async Task<JsonObject> NewestFirstAsync(SvixCall call, int limit, string iterator, SvixReader read)
    {
        if (iterator.StartsWith(Backwards))
        {
            return await NewerAsync(call, limit, iterator[1..], read);
        }

        if (iterator.Length > 0 && iterator[0] != Onwards)
        {
            throw Unknown(call);
        }

        var part = await read(iterator.Length > 0 ? iterator[1..] : "", limit);
        return await ShowAsync(part.Entries, IteratorOf(part.Next), part.Next.Length == 0);
    }

    /// <summary>Answers the page of a list that is read as a whole.</summary>
    /// <param name="call">The request.</param>
    /// <param name="limit">How many entries at most.</param>
    /// <param name="iterator">The id of the last entry before the page, or <c>-</c> and that of the first one behind it.</param>
    /// <param name="all">All entries in their order.</param>
    public static async Task<JsonObject> OfAllAsync(SvixCall call, int limit, string iterator, IReadOnlyList<SvixEntry> all)
    {
        var backwards = iterator.StartsWith(Backwards);
        var id = backwards ? iterator[1..] : iterator;
        var at = id.Length == 0 ? -1 : all.Index().FirstOrDefault(entry => entry.Item.Id == id, (-1, null!)).Index;
        if (at < 0 && id.Length > 0)
        {
            throw Unknown(call);
        }

        var (from, to) = backwards ? (Math.Max(0, at - limit), at) : (at + 1, Math.Min(all.Count, at + 1 + limit));
        var page = all.Skip(from).Take(to - from).ToList();
        return await ShowAsync(page, page.Count > 0 ? page[^1].Id : "", backwards ? from == 0 : to == all.Count);
    }

    /// <summary>Reads a list as a whole, newest first.</summary>
    public static async Task<List<SvixEntry>> ReadAllAsync(SvixCall call, SvixReader read)
    {
        var all = new List<SvixEntry>();
        var place = "";
        do
        {
            var part = await read(place, MostLookedAt);
            all.AddRange(part.Entries);
            place = part.Next;
            if (all.Count > MostLookedAt || (all.Count == MostLookedAt && place.Length > 0))
            {
                call.Query.Refuse("order", "TOO_MANY", $"must be descending: this list has more than {MostLookedAt} entries");
                call.Check();
            }
        }
        while (place.Length > 0);

        return all;
    }

    private static async Task<JsonObject> NewerAsync(SvixCall call, int limit, string id, SvixReader read)
    {
        var newer = new List<SvixEntry>();
        // The newest one by itself: from the place behind it on nothing comes in between any more.
        var (place, count) = ("", 1);
        while (true)
        {
            var part = await read(place, count);
            var at = part.Entries.Index().FirstOrDefault(entry => entry.Item.Id == id, (-1, null!)).Index;
            newer.AddRange(at < 0 ? part.Entries : part.Entries.Take(at));
            if (at >= 0)
            {
                var next = at == 0 ? place : (await read(place, at)).Next;
                var shown = newer.Where(entry => entry.Show is not null).ToList();
                return await ShowAsync([.. shown.TakeLast(limit)], IteratorOf(next), done: shown.Count <= limit);
            }

            if (part.Next.Length == 0 || newer.Count > MostLookedAt)
            {
                throw Unknown(call);
            }

            (place, count) = (part.Next, Step);
        }
    }

    private static string IteratorOf(string place) => place.Length > 0 ? Onwards + place : "";

    private static async Task<JsonObject> ShowAsync(IReadOnlyList<SvixEntry> entries, string iterator, bool done)
    {
        var data = new JsonArray();
        foreach (var entry in entries)
        {
            if (entry.Show is not null)
            {
                data.Add((JsonNode)await entry.Show());
            }
        }

        var list = new JsonObject { ["data"] = data, ["iterator"] = iterator.Length > 0 ? iterator : null };
        if (entries.Count > 0)
        {
            list["prevIterator"] = Backwards + entries[0].Id;
        }

        list["done"] = done;
        return list;
    }

    private static RequestException Unknown(SvixCall call)
    {
        call.Query.Refuse(
            "iterator", "ITERATOR_INVALID", $"is none that this list gave, or one with more than {MostLookedAt} newer entries: begin anew without one");
        return call.Violations.ToException();
    }
}
