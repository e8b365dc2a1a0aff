using ControlPlane.Storage;
using Google.Protobuf;

namespace ControlPlane.Server.Api.Paging;

/// <summary>
/// Ends a page of a list where it has as many bytes as a client can be expected to take: those of gRPC take 4 MiB unless told
/// otherwise.
/// </summary>
internal static class BoundedPage
{
    /// <summary>What a page has at most, unless its one entry alone has more.</summary>
    public const int Bytes = 1 << 20;

    /// <summary>What comes before an entry in its list, at most.</summary>
    private const int Prefix = 6;

    /// <summary>Reads entries until the page is full, by number or by bytes.</summary>
    /// <param name="paging">Where to begin, and the number.</param>
    /// <param name="first">How many to read at first. More are read at a time from then on.</param>
    /// <param name="readAsync">Reads a number of entries before a position.</param>
    /// <param name="show">Makes the entry of the answer.</param>
    /// <typeparam name="TRecord">An entry of the store.</typeparam>
    /// <typeparam name="TMessage">An entry of the answer.</typeparam>
    public static async Task<Page<TMessage>> ReadAsync<TRecord, TMessage>(
        PageRequest paging, int first, Func<long?, int, Task<Page<TRecord>>> readAsync, Func<TRecord, TMessage> show)
        where TMessage : IMessage
    {
        var items = new List<TMessage>();
        var position = paging.Before;
        var bytes = 0;
        for (var chunk = first; ; chunk *= 2)
        {
            var limit = Math.Min(chunk, paging.Size - items.Count);
            var page = await readAsync(position, limit);
            var read = page.Items.Select(show).ToList();
            var fit = read.TakeWhile(item => (bytes += item.CalculateSize() + Prefix) <= Bytes).Count();
            fit = items.Count == 0 ? Math.Max(fit, Math.Min(1, read.Count)) : fit;
            if (fit < read.Count)
            {
                if (fit > 0)
                {
                    // Only the end of what was read is a position to go on from.
                    page = await readAsync(position, fit);
                    items.AddRange(page.Items.Select(show));
                    position = page.Next;
                }

                return new(items, position);
            }

            items.AddRange(read);
            position = page.Next;
            if (position is null || items.Count == paging.Size || read.Count < limit)
            {
                return new(items, position);
            }
        }
    }
}
