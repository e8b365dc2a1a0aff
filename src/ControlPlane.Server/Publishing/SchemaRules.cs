using ControlPlane.Server.Catalog;
using ControlPlane.Server.Schemas;
using ControlPlane.Server.Sending;

namespace ControlPlane.Server.Publishing;

/// <summary>Holds the events of tenants that want it to the schemas of their types.</summary>
internal sealed class SchemaRules(EventSchemas schemas)
{
    /// <summary>What does not fit, or null.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="fresh">Whether to read the platform's catalogue anew.</param>
    /// <param name="drafts">The events, with payloads that are well-formed where they are JSON.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<PublishResult?> CheckAsync(
        TenantCatalog tenant, bool fresh, IReadOnlyList<EventDraft> drafts, CancellationToken cancellationToken)
    {
        if (!tenant.Policy.EnforceSchemas)
        {
            return null;
        }

        var budget = new SchemaBudget();
        var misfits = new List<PayloadMisfit>();
        for (var i = 0; i < drafts.Count; i++)
        {
            if (await schemas.FindAsync(tenant, fresh, drafts[i].Type, cancellationToken) is not { } schema)
            {
                continue;
            }

            if (!JsonMediaType.Is(drafts[i].ContentType))
            {
                misfits.Add(new(i, "must be JSON, since its type has a schema"));
                continue;
            }

            var verdict = schema.Judge(drafts[i].Payload, budget);
            if (verdict.TooCostly)
            {
                return new PublishResult.SchemasTooCostly();
            }

            misfits.AddRange(verdict.Faults.Select(fault => new PayloadMisfit(i, $"must fit the schema of its type: {fault}")));
        }

        return misfits.Count == 0 ? null : new PublishResult.SchemaMismatch(misfits);
    }
}

/// <summary>Why a payload does not fit the schema of its type.</summary>
/// <param name="Index">Which event's.</param>
/// <param name="Fault">What is wrong, as an end of a sentence.</param>
internal readonly record struct PayloadMisfit(int Index, string Fault);
