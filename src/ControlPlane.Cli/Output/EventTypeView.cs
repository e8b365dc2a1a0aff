using ControlPlane.V1;

namespace ControlPlane.Cli.Output;

/// <summary>How event types are shown.</summary>
internal static class EventTypeView
{
    public static IReadOnlyList<Column<EventType>> Columns { get; } =
    [
        new("Name", t => t.Name, Whole: true),
        new("Of", Owner),
        new("Deprecated", t => t.Deprecated ? new Cell("deprecated", Tone.Waiting) : ""),
        new("Schema", t => t.SchemaVersion > 0 && t.Schema.Length > 0 ? $"version {t.SchemaVersion}" : ""),
        new("Description", t => t.Description),
    ];

    public static IEnumerable<Field> Fields(EventType type) =>
    [
        new("name", type.Name),
        new("of", Owner(type)),
        .. Field.Unless(type.Description.Length == 0, "description", () => type.Description),
        .. Field.Unless(!type.Deprecated, "deprecated", () => Show.Yes(true)),
        .. Field.Unless(type.Schema.Length == 0, "schema", () => $"version {type.SchemaVersion}: {type.Schema}"),
        .. type.Examples.Select(example => new Field("example", example)),
        new("etag", new Cell(type.Etag, Tone.Dim)),
        new("created", Show.Time(type.CreateTime)),
        new("updated", Show.Time(type.UpdateTime)),
    ];

    private static Cell Owner(EventType type) =>
        type.Dialect.Length > 0 ? new Cell(type.Dialect, Tone.Dim)
        : type.TenantId.Length > 0 ? type.TenantId
        : new Cell("the server", Tone.Dim);
}
