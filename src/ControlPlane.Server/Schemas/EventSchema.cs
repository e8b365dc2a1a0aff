using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Json.Schema;
using Json.Schema.Keywords;

namespace ControlPlane.Server.Schemas;

/// <summary>What a schema says of a payload.</summary>
/// <param name="Faults">What does not fit, each with where; empty if the payload fits.</param>
/// <param name="TooCostly">Whether judging it would have taken too many steps.</param>
internal sealed record SchemaVerdict(IReadOnlyList<string> Faults, bool TooCostly = false)
{
    public bool Fits => Faults.Count == 0 && !TooCostly;
}

/// <summary>A JSON Schema of draft 2020-12, compiled.</summary>
internal sealed class EventSchema
{
    public const int MaximumBytes = 32_768;
    private const int MostFaults = 10;
    private const string NoText = "has text that is not valid Unicode";
    private static readonly Dialect Draft = new(
        new[]
        {
            Vocabulary.Draft202012_Core, Vocabulary.Draft202012_Applicator, Vocabulary.Draft202012_Unevaluated,
            Vocabulary.Draft202012_Validation, Vocabulary.Draft202012_MetaData, Vocabulary.Draft202012_FormatAnnotation,
            Vocabulary.Draft202012_Content,
        }
        .SelectMany(vocabulary => vocabulary.Keywords)
        .Select(keyword => keyword is RefKeyword ? new MeteredRef() : MeteredKeyword.IsFree(keyword) ? keyword : new MeteredKeyword(keyword)))
    {
        Id = new(SchemaText.Draft),
        AllowUnknownKeywords = true,
    };

    private readonly JsonSchema _schema;

    private EventSchema(JsonSchema schema) => _schema = schema;

    /// <summary>Compiles a schema, or tells what is wrong with it as an end of a sentence.</summary>
    public static (EventSchema? Schema, string Fault) Compile(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > MaximumBytes)
        {
            return (null, $"must have at most {MaximumBytes} bytes");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(text);
        }
        catch (JsonException e)
        {
            return (null, $"must be JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine})");
        }

        using (document)
        {
            try
            {
                return SchemaText.Fault(document.RootElement) is { } fault ? (null, fault) : Build(document.RootElement.Clone());
            }
            catch (InvalidOperationException)
            {
                // An escape of half a surrogate pair.
                return (null, NoText);
            }
        }
    }

    /// <summary>Judges a payload that is well-formed JSON.</summary>
    public SchemaVerdict Judge(ReadOnlyMemory<byte> payload, SchemaBudget budget)
    {
        using var document = JsonDocument.Parse(payload);
        var instance = document.RootElement;
        try
        {
            return MeteredKeyword.With(budget, () =>
                Evaluate(instance, OutputFormat.Flag).IsValid ? new SchemaVerdict([]) : new SchemaVerdict(Describe(Evaluate(instance, OutputFormat.List))));
        }
        catch (Exception e) when (e is SchemaBudgetSpentException or InsufficientExecutionStackException)
        {
            return new([], TooCostly: true);
        }
        catch (InvalidOperationException)
        {
            return new([NoText]);
        }
    }

    private static (EventSchema? Schema, string Fault) Build(JsonElement root)
    {
        // Registries of its own: nothing that a tenant names with $id is found by another's schema.
        var dialects = new DialectRegistry();
        dialects.Register(Draft);
        var options = new BuildOptions { SchemaRegistry = new(), DialectRegistry = dialects, Dialect = Draft };
        try
        {
            return (new(JsonSchema.Build(root, options)), "");
        }
        catch (Exception e) when (e is JsonSchemaException or RefResolutionException or ArgumentException or NotSupportedException or RegexParseException)
        {
            return (null, $"is not a schema that can be used: {e.Message.TrimEnd('.')}");
        }
    }

    private EvaluationResults Evaluate(JsonElement instance, OutputFormat format) => _schema.Evaluate(instance, new() { OutputFormat = format });

    private static IReadOnlyList<string> Describe(EvaluationResults results) =>
    [
        .. (from result in results.Details ?? []
           where !result.IsValid
           from error in result.Errors ?? new Dictionary<string, string>()
           let place = result.InstanceLocation.ToString()
           select $"{(place.Length == 0 ? "the payload" : place)}: {error.Value}").Take(MostFaults),
    ];
}
