using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Paging;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Server.Tests.Api.Paging;

public sealed class BoundedPageTests
{
    private const int Kilobyte = 1 << 10;

    [Theory]
    [InlineData(1, 100)]
    [InlineData(10 * Kilobyte, 100)]
    [InlineData(300 * Kilobyte, 7)]
    [InlineData((1 << 20) - 20, 3)]
    [InlineData(2 << 20, 3)]
    public async Task Pages_OfAnySize_AreBoundedAndComplete(int bytes, int count)
    {
        var sizes = Enumerable.Repeat(bytes, count).ToArray();
        Assert.Equal(Enumerable.Range(0, count).Reverse(), await ReadAllAsync(sizes, size: 1_000));
    }

    [Fact]
    public async Task Pages_LargeOnesBehindSmallOnes_AreBoundedAndComplete()
    {
        // Newest first, so the last ones are read first.
        int[] sizes = [.. Enumerable.Repeat(30 * Kilobyte, 400), .. Enumerable.Repeat(10, 500)];
        Assert.Equal(Enumerable.Range(0, 900).Reverse(), await ReadAllAsync(sizes, size: 1_000));
    }

    [Fact]
    public async Task Page_OfSmallEntries_HasAsManyAsAskedFor()
    {
        var page = await ReadAsync(Enumerable.Repeat(10, 900).ToArray(), Paging(600));
        Assert.Equal(600, page.Items.Count);
        Assert.Equal(300, page.Next);
    }

    /// <summary>The store ended it because it had looked at enough rows: the next chunk would be looked at as well.</summary>
    [Fact]
    public async Task Page_ThatTheStoreCutShort_IsNotFilledUp()
    {
        var reads = 0;
        var page = await BoundedPage.ReadAsync(
            Paging(100),
            first: 10,
            (_, _) =>
            {
                reads++;
                return Task.FromResult(new Page<int>([], 7));
            },
            size => Entry(size, 0));
        Assert.Equal((0, 7L, 1), (page.Items.Count, page.Next, reads));
    }

    private static async Task<List<int>> ReadAllAsync(int[] sizes, int size)
    {
        var all = new List<int>();
        var paging = Paging(size);
        while (true)
        {
            var page = await ReadAsync(sizes, paging);
            Assert.True(
                page.Items.Count == 1 || new ListEventsResponse { Events = { page.Items } }.CalculateSize() <= BoundedPage.Bytes,
                $"{page.Items.Count} entries");
            Assert.NotEmpty(page.Items);
            all.AddRange(page.Items.Select(item => int.Parse(item.Id, System.Globalization.CultureInfo.InvariantCulture)));
            if (page.Next is null)
            {
                return all;
            }

            paging = paging with { Before = page.Next };
        }
    }

    private static Task<Page<Event>> ReadAsync(int[] sizes, PageRequest paging) => BoundedPage.ReadAsync(
        paging,
        first: 16,
        (before, limit) =>
        {
            var from = (int)(before ?? sizes.Length);
            var to = Math.Max(0, from - limit);
            int[] items = [.. Enumerable.Range(to, from - to).Reverse()];
            return Task.FromResult(new Page<int>(items, to > 0 ? to : null));
        },
        index => Entry(sizes[index], index));

    private static Event Entry(int size, int index) => new() { Id = $"{index}", Payload = ByteString.CopyFrom(new byte[size]) };

    private static PageRequest Paging(int size) => PageRequest.Read(new ListEventsRequest(), size, "", new Violations());
}
