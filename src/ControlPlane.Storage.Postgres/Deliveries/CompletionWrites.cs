namespace ControlPlane.Storage.Postgres;

/// <summary>Recording attempts together with what follows beyond their delivery.</summary>
internal sealed class CompletionWrites(Transactions transactions, DeliveryPlaces places, Appends appends, ChangeHolds holds)
{
    public async Task<CompletionEffectsResult> CompleteAsync(
        Completion completion, CompletionEffects effects, CancellationToken cancellationToken)
    {
        var delivery = completion.Delivery;
        var found = await places.FindAsync([delivery.Id], cancellationToken).ConfigureAwait(false);
        await appends.ResolveAsync(effects.OperationalEvents, cancellationToken).ConfigureAwait(false);
        var questions = new Questions();
        (effects.Suspended is null ? questions.Tenants : questions.ChangedTenants).Add(delivery.TenantId);
        if (found.TryGetValue(delivery.Id, out var place))
        {
            questions.Ask([place]);
        }

        appends.TryAsk(questions, delivery.TenantId, effects.OperationalEvents);
        var result = await transactions.RunAsync<CompletionEffectsResult>(
            questions,
            async (unit, answers) =>
            {
                if (!answers.Tenants.TryGetValue(delivery.TenantId, out var tenant) || tenant.ConfigVersion != effects.ConfigVersion)
                {
                    return () => new CompletionEffectsResult.StaleConfig();
                }

                if (place.Seq == 0 || DeliveryWrites.Complete(unit, answers, place.Seq, completion) is not { } completed)
                {
                    return () => new CompletionEffectsResult.Stale();
                }

                var suspension = effects.Suspended is { } webhook
                    ? await WebhookWrites.UpdateAsync(unit, webhook, tenant, expectedConfig: null).ConfigureAwait(false)
                    : null;
                if (suspension is { Outcome: not WebhookWriteOutcome.Done })
                {
                    throw new ArgumentException($"The webhook cannot be suspended: {suspension.Outcome}.", nameof(effects));
                }

                if (effects.Audit is { } audit)
                {
                    unit.Audits.Add(audit);
                }

                var added = appends.Stage(unit, answers, delivery.TenantId, tenant.Seq, effects.OperationalEvents, "", TimeSpan.Zero);
                return () => new CompletionEffectsResult.Recorded(
                    new Completed(completed.Staged.Delivery, completed.Next), suspension, Appends.Answer(added, effects.OperationalEvents));
            },
            cancellationToken).ConfigureAwait(false);
        if (result is CompletionEffectsResult.StaleConfig)
        {
            await holds.BeginAsync(delivery.TenantId).ConfigureAwait(false);
        }
        else
        {
            holds.End(delivery.TenantId);
        }

        return result;
    }
}
