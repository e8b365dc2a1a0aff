namespace ControlPlane.Storage.Postgres;

/// <inheritdoc/>
internal sealed class PostgresEventStore(Database database, Batcher batcher, Appends appends, DeliveryPlaces places, ChangeHolds holds) : IEventStore
{
    private const string FindById =
        EventRows.SelectWhole + "WHERE e.id = $1 AND ($2::text IS NULL OR t.id = $2) AND e.seq >= $3 ORDER BY e.seq + 0 LIMIT 2";

    private const string FindBySeq = EventRows.Select + "WHERE e.seq = ANY($1)";

    private const string FindMany =
        EventRows.SelectWhole + "WHERE e.id = ANY($1) AND t.id = $2 AND e.seq >= $3";

    public async Task<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        using var use = database.Enter();
        await appends.ResolveAsync(request.Events, cancellationToken).ConfigureAwait(false);
        var (result, refs) = await batcher.RunAsync<(AppendResult?, List<AppendedRef>)>(
            questions => Ask(questions, request),
            (unit, answers) => Apply(unit, answers, request),
            cancellationToken,
            request.TenantId,
            request.Rows).ConfigureAwait(false);
        if (result is AppendResult.StaleConfig)
        {
            await holds.BeginAsync(request.TenantId).ConfigureAwait(false);
        }
        else
        {
            holds.End(request.TenantId);
        }

        return result ?? new AppendResult.Appended(await AnswerAsync(refs).ConfigureAwait(false));
    }

    public async Task<IReadOnlyList<EventRecord>> FindAsync(string eventId, string? tenantId, CancellationToken cancellationToken)
    {
        var least = Days.LeastSeqOf(eventId);
        var found = await database.ListAsync(FindById, EventRows.ReadWhole, cancellationToken, eventId, tenantId, least).ConfigureAwait(false);
        // Not there: the clock of whoever made the id can have been far off, and without a tenant there can be another one.
        return least > 0 && (found.Count == 0 || tenantId is null)
            ? await database.ListAsync(FindById, EventRows.ReadWhole, cancellationToken, eventId, tenantId, 0L).ConfigureAwait(false)
            : found;
    }

    public async Task<IReadOnlyList<EventRecord>> FindManyAsync(
        IReadOnlyList<string> eventIds, string tenantId, long maxBytes, CancellationToken cancellationToken)
    {
        var least = eventIds.Count == 0 ? 0 : eventIds.Min(Days.LeastSeqOf);
        var found = (await database.ListPlannedAsync(
            FindMany, EventRows.ReadWhole, cancellationToken, eventIds.ToArray(), tenantId, least).ConfigureAwait(false))
            .ToDictionary(each => each.Id, StringComparer.Ordinal);
        var answered = new List<EventRecord>();
        foreach (var stored in eventIds.Select(id => found.GetValueOrDefault(id)).OfType<EventRecord>())
        {
            if (maxBytes <= 0)
            {
                break;
            }

            answered.Add(stored);
            maxBytes -= stored.Payload?.Length ?? 0;
        }

        return answered;
    }

    public Task<Page<EventRecord>> ListAsync(EventQuery query, CancellationToken cancellationToken) =>
        EventList.ReadAsync(database, query, cancellationToken);

    private bool Ask(Questions questions, AppendRequest request)
    {
        if (!appends.TryAsk(questions, request.TenantId, request.Events))
        {
            return false;
        }

        questions.Tenants.Add(request.TenantId);
        return true;
    }

    private Func<(AppendResult?, List<AppendedRef>)> Apply(Unit unit, Answers answers, AppendRequest request)
    {
        if (!answers.Tenants.TryGetValue(request.TenantId, out var tenant))
        {
            return () => (new AppendResult.TenantNotFound(), []);
        }

        if (tenant.ConfigVersion != request.ConfigVersion)
        {
            return () => (new AppendResult.StaleConfig(), []);
        }

        var (first, conflict) = Appends.Resolve(answers, request.TenantId, request.Events);
        if (conflict is { } index)
        {
            return () => (new AppendResult.Conflict(index), []);
        }

        var refs = appends.Stage(unit, answers, first, request, tenant.Seq);
        return () =>
        {
            Remember(refs);
            return (null, refs);
        };
    }

    private void Remember(List<AppendedRef> refs)
    {
        foreach (var staged in refs.SelectMany(each => each.Added?.Deliveries ?? []).Where(staged => staged.Owner is not null))
        {
            places.Remember(staged.Delivery, staged.Seq);
        }
    }

    private async Task<IReadOnlyList<AppendedEvent>> AnswerAsync(List<AppendedRef> refs)
    {
        var seqs = refs.Where(each => each.Index < 0).Select(each => each.StoredSeq).Distinct().ToArray();
        var stored = seqs.Length == 0
            ? []
            : (await database.ListAsync(FindBySeq, EventRows.Read, CancellationToken.None, (object)seqs).ConfigureAwait(false))
                .ToDictionary(each => each.Seq, each => each.Event);
        return
        [
            .. refs.Select((each, i) => each.Index < 0
                ? new AppendedEvent(stored[each.StoredSeq], true, [])
                : Appends.Answer(refs, each, i)),
        ];
    }
}
