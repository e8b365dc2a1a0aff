using ControlPlane.Server.Filtering;
using ControlPlane.Server.Sending;
using ControlPlane.Storage;

namespace ControlPlane.Server.Publishing;

/// <summary>Leaves the webhooks out that do not want an event by their filters.</summary>
internal sealed class EventFilters(Filters filters, IdSource ids)
{
    /// <summary>How many filters there are to judge.</summary>
    public static int Count(ReadOnlySpan<MatchedEvent> matched)
    {
        var count = 0L;
        foreach (var each in matched)
        {
            for (var i = 0; i < each.Webhooks.Count; i++)
            {
                count += each.Webhooks[i].Filter is null ? 0 : 1;
            }
        }

        return (int)Math.Min(count, int.MaxValue);
    }

    /// <summary>Leaves only those in that want their event; false if the filters take more steps than those of one call may.</summary>
    public bool TryApply(MatchedEvent[] matched)
    {
        var budget = new FilterBudget();
        for (var i = 0; i < matched.Length && !budget.IsSpent; i++)
        {
            if (Count(matched.AsSpan(i, 1)) == 0)
            {
                continue;
            }

            // Its id is one of the things that filters see.
            var draft = matched[i].Draft.Id.Length > 0 ? matched[i].Draft : matched[i].Draft with { Id = ids.Next("evt_") };
            using var input = new FilterInput(
                draft.Id, draft.Type, draft.Instance, draft.Labels, JsonMediaType.Is(draft.ContentType) ? draft.Payload : null);
            matched[i] = matched[i] with { Draft = draft, Webhooks = filters.Apply(matched[i].Webhooks, input, budget) };
        }

        return !budget.IsSpent;
    }
}
