using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Publishing;

/// <summary>Words what speaks against events.</summary>
internal static class PublishRefusals
{
    /// <summary>Backlogs shrink slowly compared to how fast callers come back.</summary>
    private static readonly TimeSpan BacklogRetry = TimeSpan.FromSeconds(5);

    /// <summary>The reason that the error for a publish that was refused has.</summary>
    public static string ReasonOf(PublishResult refused) => refused switch
    {
        PublishResult.UnknownTypes => "EVENT_TYPE_UNKNOWN",
        PublishResult.SchemaMismatch => "PAYLOAD_SCHEMA_MISMATCH",
        PublishResult.SchemasTooCostly => "SCHEMAS_TOO_COSTLY",
        PublishResult.PayloadOverLimit => "PAYLOAD_LIMIT_EXCEEDED",
        PublishResult.TooFast => "PUBLISH_RATE_EXCEEDED",
        PublishResult.FanOutTooLarge => "FAN_OUT_TOO_LARGE",
        PublishResult.BacklogFull => "BACKLOG_FULL",
        PublishResult.Conflict => "EVENT_CONFLICT",
        _ => "NOT_FOUND",
    };

    /// <summary>The error for a publish that was refused.</summary>
    /// <param name="refused">Why.</param>
    /// <param name="tenantId">Whose events.</param>
    /// <param name="drafts">The events.</param>
    /// <param name="field">The path of the event at an index.</param>
    public static RequestException Of(
        PublishResult refused, string tenantId, IReadOnlyList<EventDraft> drafts, Func<int, string> field) => refused switch
        {
            PublishResult.UnknownTypes unknown => UnknownTypes(unknown, field),
            PublishResult.SchemaMismatch mismatch => SchemaMismatch(mismatch, field),
            PublishResult.SchemasTooCostly => RequestErrors.QuotaExceeded(
                ReasonOf(refused),
                tenantId,
                "Judging the payloads by the schemas of their types takes too many steps: publish fewer events at once, or have simpler schemas."),
            PublishResult.PayloadOverLimit over => RequestErrors.QuotaExceeded(
                ReasonOf(refused),
                tenantId,
                $"{field(over.Index)}.payload: the tenant's plan allows payloads of at most {over.MaxBytes} bytes."),
            PublishResult.TooFast fast => RequestErrors.QuotaExceeded(
                ReasonOf(refused), tenantId, "The tenant publishes more events per second than its plan allows.", fast.RetryAfter),
            PublishResult.FanOutTooLarge large => FanOutTooLarge(tenantId, large),
            PublishResult.FiltersTooCostly => RequestErrors.QuotaExceeded(
                "FILTERS_TOO_COSTLY",
                tenantId,
                "The events meet too many filters of webhooks, or such as take too many steps: publish fewer events at once, or have simpler "
                + "filters."),
            PublishResult.BacklogFull full => RequestErrors.QuotaExceeded(
                ReasonOf(refused),
                tenantId,
                $"{(full.OfAll ? "The server" : "The tenant")} may have {full.Most} deliveries that have not ended, and with this call it would "
                + "have more.",
                BacklogRetry),
            PublishResult.Conflict conflict => RequestErrors.AlreadyExists(
                ReasonOf(refused),
                "event",
                drafts[conflict.Index].Id,
                $"{field(conflict.Index)}: the id or idempotency key was used for an event with other content."),
            _ => RequestErrors.NotFound("tenant", tenantId),
        };

    private static RequestException FanOutTooLarge(string tenantId, PublishResult.FanOutTooLarge large) => RequestErrors.QuotaExceeded(
        ReasonOf(large),
        tenantId,
        $"The call would make {large.Deliveries} deliveries, and one call may make {large.Most}: publish fewer events at once, or have "
        + "fewer webhooks receive each.");

    private static RequestException SchemaMismatch(PublishResult.SchemaMismatch mismatch, Func<int, string> field)
    {
        var violations = new Violations();
        foreach (var (index, fault) in mismatch.Misfits)
        {
            violations.Add($"{field(index)}.payload", ReasonOf(mismatch), fault);
        }

        return violations.ToException();
    }

    private static RequestException UnknownTypes(PublishResult.UnknownTypes unknown, Func<int, string> field)
    {
        var violations = new Violations();
        foreach (var index in unknown.Indexes)
        {
            violations.Add(
                $"{field(index)}.type", ReasonOf(unknown), "must be in a catalogue of event types, since the tenant has strict_event_types");
        }

        return violations.ToException();
    }
}
