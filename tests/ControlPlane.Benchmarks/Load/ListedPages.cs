using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.V1;

namespace ControlPlane.Benchmarks.Load;

/// <summary>Reads pages of one list, one after another.</summary>
internal sealed class ListedPages(ServerClients clients, ListDeliveriesRequest filter, Bench bench)
{
    /// <summary>
    /// Reads pages and times each. From the beginning (an empty token) that is the first page again and again; from a token on it is
    /// the pages that follow, and those again if they end.
    /// </summary>
    public async Task<(Percentiles Milliseconds, double ItemsPerPage)> TimeAsync(int pageSize, string token, int calls)
    {
        using var quiet = new NoCollections(bench);
        var times = new double[calls];
        var items = 0L;
        var next = token;
        for (var i = 0; i < calls; i++)
        {
            var started = bench.Clock.GetTimestamp();
            var page = await ReadAsync(pageSize, next);
            times[i] = bench.Clock.GetElapsedTime(started).TotalMilliseconds;
            items += page.Deliveries.Count;
            next = token.Length == 0 || page.NextPageToken.Length == 0 ? token : page.NextPageToken;
        }

        return (new Percentiles(times), (double)items / calls);
    }

    /// <summary>
    /// Goes into the list until it has passed so many items, or for so long. Answers the token to go on with, the last one there was if
    /// the list ends before, and how many items were passed.
    /// </summary>
    public async Task<(string Token, long Passed)> WalkAsync(int pageSize, long items, TimeSpan atMost)
    {
        var (token, passed) = ("", 0L);
        for (var started = bench.Clock.GetTimestamp(); passed < items && bench.Clock.GetElapsedTime(started) < atMost;)
        {
            var page = await ReadAsync(pageSize, token);
            if (page.NextPageToken.Length == 0)
            {
                break;
            }

            passed += page.Deliveries.Count;
            token = page.NextPageToken;
        }

        return (token, passed);
    }

    private async Task<ListDeliveriesResponse> ReadAsync(int pageSize, string token)
    {
        var request = filter.Clone();
        (request.PageSize, request.PageToken) = (pageSize, token);
        return await clients.Deliveries.ListDeliveriesAsync(request, cancellationToken: bench.Cancellation);
    }
}
