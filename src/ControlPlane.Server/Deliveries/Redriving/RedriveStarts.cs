using ControlPlane.Server.Api.Errors;
using ControlPlane.Storage;

namespace ControlPlane.Server.Deliveries.Redriving;

/// <summary>Starts what was asked for, bulk retries and replays alike.</summary>
internal sealed class RedriveStarts(IRedriveStore redrives, RedriveWorker worker, IdSource ids, TimeProvider clock)
{
    /// <summary>Counts, stores and begins a redrive. Returns null if the tenant does not exist.</summary>
    /// <param name="filter">What it takes.</param>
    /// <param name="replay">What a replay asks besides; null for a bulk retry.</param>
    /// <param name="rate">How many per second.</param>
    /// <param name="count">Counts what it takes; null if the tenant does not exist.</param>
    /// <param name="audit">What the audit log is to say of it.</param>
    /// <param name="cancellationToken">Ends it before it is stored.</param>
    /// <exception cref="RequestException">UNAVAILABLE: too many are at work.</exception>
    public async Task<RedriveRecord?> StartAsync(
        DeliveryFilter filter, ReplayTerms? replay, double rate, Func<Task<RedriveScope?>> count, Func<RedriveRecord, AuditRecord> audit,
        CancellationToken cancellationToken)
    {
        var place = worker.Reserve(filter.TenantId) ?? throw TooMany();
        var started = false;
        try
        {
            var now = clock.GetStoreNow();
            var redrive = new RedriveRecord
            {
                Id = ids.Next("rdv_"),
                Filter = filter,
                Replay = replay,
                MaxRatePerSecond = rate,
                CreateTime = now,
                UpdateTime = now,
            };
            if (await count() is not { } scope || await redrives.CreateAsync(redrive, scope, audit(redrive), cancellationToken) is not { } created)
            {
                return null;
            }

            worker.Start(created, place);
            started = true;
            return created;
        }
        finally
        {
            if (!started)
            {
                place.Dispose();
            }
        }
    }

    private static RequestException TooMany() => RequestErrors.Unavailable(
        "TOO_MANY_REDRIVES",
        $"As many redrives as the server takes are at work: {RedriveWorker.MostPerTenant} of one tenant, {RedriveWorker.Most} in all.",
        TimeSpan.FromMinutes(1));
}
