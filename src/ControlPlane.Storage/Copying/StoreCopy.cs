namespace ControlPlane.Storage;

/// <summary>How a copy ended.</summary>
public abstract record CopyResult
{
    private CopyResult() { }

    /// <summary>The target has everything that the source has: both were read again and compared.</summary>
    public sealed record Done(CopyCounts Counts) : CopyResult;

    /// <summary>Nothing was done.</summary>
    /// <param name="Reason">Why, as a sentence.</param>
    public sealed record Refused(string Reason) : CopyResult;

    /// <summary>The target is not equal to the source. It stays an unfinished copy.</summary>
    public sealed record Different(string First, CopyCounts Source, CopyCounts Target) : CopyResult;
}

/// <summary>How far a copy is.</summary>
/// <param name="Comparing">Whether everything is copied and is being compared.</param>
/// <param name="Counts">How much of it.</param>
public readonly record struct CopyProgress(bool Comparing, CopyCounts Counts);

/// <summary>
/// Copies a store into another one of any engine, and goes on with a copy that was cut off: how far it is lies in the target, in the same
/// commits as what it is about.
/// </summary>
public sealed class StoreCopy(ICopySource source, ICopyTarget target, Action<CopyProgress> progress)
{
    private static readonly EntryKind[] Kinds = Enum.GetValues<EntryKind>();

    /// <summary>Copies what is left, compares both, and lets servers open the target if they are equal.</summary>
    public async Task<CopyResult> RunAsync(CancellationToken cancellationToken)
    {
        var summary = await source.DescribeAsync(cancellationToken).ConfigureAwait(false);
        CopyMark mark;
        if (await target.GetMarkAsync(cancellationToken).ConfigureAwait(false) is { } stored)
        {
            mark = CopyMark.Parse(stored);
            if (mark.StoreId != summary.StoreId)
            {
                return new CopyResult.Refused("The target is an unfinished copy of another store.");
            }

            if (mark.Revision != summary.Revision)
            {
                return new CopyResult.Refused("The source has changed since this copy was begun: begin anew with an empty target.");
            }
        }
        else if (await IsEmptyAsync(cancellationToken).ConfigureAwait(false))
        {
            mark = new CopyMark(summary.StoreId, summary.Revision, 0, CopyPage.Begin, new CopyCounts());
            await target.BeginAsync(summary, mark.ToString(), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var own = await target.DescribeAsync(cancellationToken).ConfigureAwait(false);
            return new CopyResult.Refused(
                own.StoreId == summary.StoreId ? "The target is a finished copy of the source already." : "The target is not empty.");
        }

        await CopyAsync(mark, cancellationToken).ConfigureAwait(false);
        var result = await CompareAsync(cancellationToken).ConfigureAwait(false);
        if (result is CopyResult.Done)
        {
            await target.FinishAsync(cancellationToken).ConfigureAwait(false);
        }

        return result;
    }

    /// <summary>Reads both stores and compares every entry.</summary>
    public async Task<CopyResult> CompareAsync(CancellationToken cancellationToken)
    {
        string? first = null;
        var (ofSource, ofTarget) = (new CopyCounts(), new CopyCounts());
        foreach (var kind in Kinds)
        {
            var (ours, theirs) = (new Entries(source, kind), new Entries(target, kind));
            while (true)
            {
                var (one, other) = (
                    await ours.NextAsync(cancellationToken).ConfigureAwait(false), await theirs.NextAsync(cancellationToken).ConfigureAwait(false));
                if (one is null && other is null)
                {
                    break;
                }

                ofSource = one is null ? ofSource : ofSource.With([one]);
                ofTarget = other is null ? ofTarget : ofTarget.With([other]);
                if (first is null && (one is null || other is null || CopyJson.TextOf(one) != CopyJson.TextOf(other)))
                {
                    first = $"{NameOf(one ?? other!)} is not the same in both";
                }

                progress(new CopyProgress(true, ofSource));
            }
        }

        return first is null ? new CopyResult.Done(ofSource) : new CopyResult.Different(first, ofSource, ofTarget);
    }

    private static string NameOf(StoreEntry entry) => entry switch
    {
        StoreEntry.Tenant tenant => $"tenant {tenant.Record.Id}",
        StoreEntry.ApiKey key => $"API key {key.Record.Id}",
        StoreEntry.Webhook webhook => $"webhook {webhook.Record.Id}",
        StoreEntry.EventType type => $"event type {type.Record.Name} of tenant {type.Record.TenantId}",
        StoreEntry.PublishedEvent added => $"event {added.Record.Id} of tenant {added.Record.TenantId}",
        StoreEntry.LaterDelivery { Delivery.Record: var later } => $"delivery {later.Id}",
        StoreEntry.Redrive redrive => $"redrive {redrive.Record.Id}",
        StoreEntry.AuditEvent audit => $"audit event of {audit.Record.Time:O}",
        _ => entry.GetType().Name,
    };

    private async Task CopyAsync(CopyMark mark, CancellationToken cancellationToken)
    {
        while (mark.Kind < Kinds.Length)
        {
            var page = await source.ReadAsync(Kinds[mark.Kind], mark.After, cancellationToken).ConfigureAwait(false);
            mark = mark with
            {
                Kind = page.Next is null ? mark.Kind + 1 : mark.Kind,
                After = page.Next ?? CopyPage.Begin,
                Counts = mark.Counts.With(page.Items),
            };
            await target.WriteAsync(page.Items, mark.ToString(), cancellationToken).ConfigureAwait(false);
            progress(new CopyProgress(false, mark.Counts));
        }
    }

    /// <summary>Whether the target has nothing but what a new store has.</summary>
    private async Task<bool> IsEmptyAsync(CancellationToken cancellationToken)
    {
        foreach (var kind in Kinds)
        {
            var page = await target.ReadAsync(kind, CopyPage.Begin, cancellationToken).ConfigureAwait(false);
            if (page.Items.Any(entry => entry is not StoreEntry.Tenant { ConfigVersion: 1, Record: { Id: TenantRecord.DefaultId, Version: 1 } }))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Entries of one kind, one after another.</summary>
    private sealed class Entries(ICopySource store, EntryKind kind)
    {
        private Page<StoreEntry> _page = new([], CopyPage.Begin);
        private int _next;

        public async Task<StoreEntry?> NextAsync(CancellationToken cancellationToken)
        {
            while (_next == _page.Items.Count && _page.Next is { } after)
            {
                _page = await store.ReadAsync(kind, after, cancellationToken).ConfigureAwait(false);
                _next = 0;
            }

            return _next < _page.Items.Count ? _page.Items[_next++] : null;
        }
    }
}
