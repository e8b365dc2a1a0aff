using System.CommandLine;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Values;
using ControlPlane.V1;
using Duration = Google.Protobuf.WellKnownTypes.Duration;

namespace ControlPlane.Cli.Commands;

/// <summary>The flags that describe a tenant's plan, the same for create and update. Only what was written is set.</summary>
internal sealed class PlanFlags
{
    private readonly Option<bool?> _strict =
        new("--strict-event-types") { Description = "Refuse event types that no catalogue lists.", HelpName = "true|false" };

    private readonly Option<bool?> _schemas =
        new("--enforce-schemas") { Description = "Refuse payloads that do not fit the schema of their type.", HelpName = "true|false" };

    private readonly Option<int> _maxWebhooks =
        new("--max-webhooks") { Description = "How many webhooks it may have; 0 means no limit.", HelpName = "COUNT" };

    private readonly Option<double> _maxPublishRate = new("--max-publish-rate")
    {
        Description = "How many events it may publish per second; 0 means no limit.",
        HelpName = "PER-SECOND",
    };

    private readonly Option<int> _maxPayload =
        new("--max-payload-bytes") { Description = "How large a payload may be; 0 means the server's limit.", HelpName = "BYTES" };

    private readonly Option<TimeSpan?> _retention =
        Flags.Duration("--retention", "How long what its events say is kept, 1h to 365d; 0 means as long as the server does.");

    private readonly Option<string[]> _disabled = Flags.Texts(
        "--disable-feature", "A feature that the plan does not have: webhooks, publish, watch or event_types.", "FEATURE");

    private readonly Option<bool> _allFeatures = new("--all-features") { Description = "The plan has every feature." };

    public void AddTo(Command command)
    {
        Option[] all = [_strict, _schemas, _maxWebhooks, _maxPublishRate, _maxPayload, _retention, _disabled, _allFeatures];
        foreach (var option in all)
        {
            command.Add(option);
        }
    }

    /// <summary>Sets what the flags say; the answer are the paths of a mask that names exactly that.</summary>
    public IReadOnlyList<string> Apply(Session session, Tenant tenant)
    {
        var paths = new List<string>();
        if (session.Given(_disabled) && session.Get(_allFeatures))
        {
            throw new UsageException("--disable-feature and --all-features exclude each other.");
        }

        Set(session.Given(_strict), "strict_event_types", () => tenant.StrictEventTypes = session.Get(_strict) ?? true);
        Set(session.Given(_schemas), "enforce_schemas", () => tenant.EnforceSchemas = session.Get(_schemas) ?? true);
        Set(session.Given(_maxWebhooks), "limits.max_webhooks", () => Limits().MaxWebhooks = session.Get(_maxWebhooks));
        Set(
            session.Given(_maxPublishRate),
            "limits.publish_rate_per_second",
            () => Limits().PublishRatePerSecond = session.Get(_maxPublishRate));
        Set(session.Given(_maxPayload), "limits.max_payload_bytes", () => Limits().MaxPayloadBytes = session.Get(_maxPayload));
        Set(
            session.Given(_retention),
            "retention",
            () => tenant.Retention = session.Get(_retention) is { Ticks: > 0 } retention ? Duration.FromTimeSpan(retention) : null);
        Set(
            session.Given(_disabled) || session.Get(_allFeatures),
            "disabled_features",
            () => tenant.DisabledFeatures.Add(session.Get(_disabled)));
        return paths;

        TenantLimits Limits() => tenant.Limits ??= new TenantLimits();

        void Set(bool given, string path, Action set)
        {
            if (given)
            {
                set();
                paths.Add(path);
            }
        }
    }
}
