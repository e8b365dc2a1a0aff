using ControlPlane.Benchmarks.Filling;
using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Reporting;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>How long pages of deliveries take in a large store, by filter, at the beginning and deep inside.</summary>
internal sealed class ListMode : IMode
{
    private const int PageSize = 50;
    private const int WalkPageSize = 1_000;
    private const int Unmeasured = 10;
    private static readonly TimeSpan WalkAtMost = TimeSpan.FromSeconds(10);

    /// <summary>What it is called on the command line.</summary>
    public const string Named = "list";

    public string Name => Named;

    public string Summary => "ListDeliveries by filter, first and deep pages, in a large store";

    public async Task RunAsync(Bench bench)
    {
        var settings = bench.Settings;
        var (rounds, calls) = (settings.RoundsOr(3), settings.Quick ? 30 : 200);
        var count = settings.CountOr(1_000_000, 10_000_000);
        await using var store = await MeasuredStore.CreateAsync(bench);
        var crowd = await Crowd.CreateAsync(bench, store);
        var started = bench.Clock.GetTimestamp();
        await crowd.FillAsync(count);
        var filling = bench.Clock.GetElapsedTime(started);
        var megabytes = await store.ReadMegabytesAsync();
        bench.Progress($"filled with {count:N0} deliveries in {filling.TotalSeconds:F0} s");

        await using var server = await store.StartServerAsync(bench.Cancellation);
        using var clients = server.Connect();
        bench.Report.Note(Name, $"{count:N0} deliveries, a store of {megabytes:N0} MB; {crowd.Description}; pages of {PageSize}, one caller, "
            + $"{calls} calls per filter and round after {Unmeasured} that are not counted; deep: pages one after another from where a walk "
            + $"in pages of {WalkPageSize:N0} got in {WalkAtMost.TotalSeconds:0} s or the middle of the store; {store.Description}");
        bench.Report.Add(Name, "start of the server on this store", "s", server.TimeToServing.TotalSeconds);
        List<string> depths = [];
        foreach (var (name, filter) in crowd.Filters())
        {
            var pages = new ListedPages(clients, filter, bench);
            await MeasureAsync($"{name}, first page", pages, "");
            var (token, passed) = await pages.WalkAsync(WalkPageSize, count / 2, WalkAtMost);
            if (token.Length == 0)
            {
                // Such a page holds all of it.
                (token, passed) = await pages.WalkAsync(PageSize, count / 2, WalkAtMost);
            }

            if (token.Length > 0)
            {
                await MeasureAsync($"{name}, deep page", pages, token);
                depths.Add($"{name} {passed:N0}");
            }
        }

        bench.Report.Note(Name, $"the deep pages come after this many items: {string.Join(", ", depths)}");
        bench.Report.Add(Name, "resident memory after that", "MB", server.ResidentMegabytes);

        async Task MeasureAsync(string name, ListedPages pages, string token)
        {
            await pages.TimeAsync(PageSize, token, Unmeasured);
            List<Percentiles> found = [];
            List<double> items = [];
            for (var round = 0; round < rounds; round++)
            {
                var timed = await pages.TimeAsync(PageSize, token, calls);
                found.Add(timed.Milliseconds);
                items.Add(timed.ItemsPerPage);
            }

            bench.Progress($"{name}: p99 {found.Max(each => each.At(0.99)):F2} ms, {items.Average():F0} per page");
            bench.Report.Add(Name, $"{name} p50", "ms", found.Select(each => each.At(0.50)));
            bench.Report.Add(Name, $"{name} p99", "ms", found.Select(each => each.At(0.99)));
            if (items.Min() < PageSize)
            {
                bench.Report.Add(Name, $"{name}, found per page", "items", items);
            }
        }
    }
}
