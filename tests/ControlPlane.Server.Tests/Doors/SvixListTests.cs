using System.Globalization;
using System.Text.Json.Nodes;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Doors.Svix;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.Server.Tests.Doors;

/// <summary>Svix's iterators over a list whose places are numbers.</summary>
public sealed class SvixListTests
{
    private readonly SvixCall _call = new(new DefaultHttpContext(), calls: null!);

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("~")]
    [InlineData("_")]
    public async Task Iterator_WhateverItsPlaceBeginsWith_GoesOnThere(string prefix)
    {
        var seen = new List<string>();
        var iterator = "";
        for (var done = false; !done;)
        {
            var page = await ListAsync(iterator, prefix);
            seen.AddRange(Ids(page));
            (iterator, done) = ((string?)page["iterator"] ?? "", (bool)page["done"]!);
        }

        Assert.Equal(["e7", "e6", "e5", "e4", "e3", "e2", "e1"], seen);
    }

    [Theory]
    [InlineData("e7", "", true)]
    [InlineData("e6", "e7", true)]
    [InlineData("e4", "e7 e6 e5", true)]
    [InlineData("e3", "e6 e5 e4", false)]
    public async Task PrevIterator_ListsWhatIsNewer_AndGoesOnBehindIt(string first, string newer, bool done)
    {
        var page = await ListAsync($"-{first}", "-");

        Assert.Equal(newer, string.Join(' ', Ids(page)));
        Assert.Equal(done, (bool)page["done"]!);
        if (newer.Length > 0)
        {
            Assert.Equal(first, Ids(await ListAsync((string)page["iterator"]!, "-")).First());
        }
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("-nothing")]
    public async Task Iterator_OfNoList_IsRefused(string iterator) =>
        await Assert.ThrowsAsync<RequestException>(() => ListAsync(iterator, ""));

    private static IEnumerable<string> Ids(JsonObject page) => page["data"]!.AsArray().Select(entry => (string)entry!["id"]!);

    /// <summary>Three at a time of seven, of which the first is the newest.</summary>
    private Task<JsonObject> ListAsync(string iterator, string prefix) => SvixList.NewestFirstAsync(_call, 3, iterator, (place, count) =>
    {
        var from = place.Length == 0 ? 0 : int.Parse(place.AsSpan(prefix.Length), CultureInfo.InvariantCulture);
        var ids = Enumerable.Range(1, 7).Reverse().Skip(from).Take(count).Select(i => $"e{i}").ToList();
        var next = from + ids.Count < 7 ? $"{prefix}{from + ids.Count}" : "";
        return Task.FromResult(new SvixPart([.. ids.Select(id => new SvixEntry(id, () => Task.FromResult(new JsonObject { ["id"] = id })))], next));
    });
}
