using ControlPlane.V1;

namespace ControlPlane.Cli.Output;

/// <summary>How the audit log is shown.</summary>
internal static class AuditView
{
    public static IReadOnlyList<Column<AuditEvent>> Columns { get; } =
    [
        new("Time", e => Show.Time(e.Time)),
        new("Tenant", e => e.TenantId.Length > 0 ? e.TenantId : new Cell("platform", Tone.Waiting)),
        new("Actor", Actor, Whole: true),
        new("From", e => Show.Words(new[] { e.Door, e.PeerAddress }.Where(word => word.Length > 0))),
        new("Did", e => e.Method.Length > 0 ? e.Method : e.Action.ToString().ToLowerInvariant()),
        new("Resource", e => $"{e.ResourceType} {e.ResourceId}", Whole: true),
        new("Changes", e => string.Join(", ", e.Changes.Select(Change))),
    ];

    private static Cell Actor(AuditEvent entry) => entry.Actor switch
    {
        { Type: AuditActorType.Server } => new Cell("server", Tone.Waiting),
        { Name.Length: > 0 } actor => $"{actor.Id} ({actor.Name})",
        var actor => actor?.Id ?? "",
    };

    private static string Change(AuditChange change) => (change.OldValue, change.NewValue) switch
    {
        ("", "") => change.Field,
        ("", var made) => $"{change.Field} {made}",
        var (old, made) => $"{change.Field} {old} -> {(made.Length > 0 ? made : "none")}",
    };
}
