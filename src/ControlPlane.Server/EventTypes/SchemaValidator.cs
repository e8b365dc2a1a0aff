using System.Text;
using System.Text.Json;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Schemas;
using ControlPlane.Storage;
using ControlPlane.V1;

namespace ControlPlane.Server.EventTypes;

/// <summary>Judges the schema of an event type and its examples.</summary>
internal static class SchemaValidator
{
    private const int MostExamples = 10;
    private const int MostBytes = 32_768;
    private const string SchemaField = "event_type.schema";
    private const string ExamplesField = "event_type.examples";

    /// <summary>Notes what is wrong with those of the two that a request sets, each by itself.</summary>
    public static void Check(EventType type, bool schema, bool examples, Violations violations)
    {
        if (schema && type.Schema.Length > 0 && EventSchema.Compile(type.Schema) is (null, var fault))
        {
            violations.Add(SchemaField, "SCHEMA_INVALID", fault);
        }

        if (!examples)
        {
            return;
        }

        if (type.Examples.Count > MostExamples)
        {
            violations.Add(ExamplesField, "TOO_MANY", $"must have at most {MostExamples} entries");
        }
        else if (type.Examples.Sum(Encoding.UTF8.GetByteCount) > MostBytes)
        {
            violations.Add(ExamplesField, "TOO_LONG", $"must have at most {MostBytes} bytes together");
        }
        else
        {
            for (var i = 0; i < type.Examples.Count; i++)
            {
                CheckJson($"{ExamplesField}[{i}]", type.Examples[i], violations);
            }
        }
    }

    /// <summary>Checks that the examples that a type is about to have fit the schema that it is about to have.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static void RequireFit(EventTypeRecord type)
    {
        if (type.Schema.Length == 0 || type.Examples.Count == 0 || EventSchema.Compile(type.Schema).Schema is not { } schema)
        {
            return;
        }

        var violations = new Violations();
        var budget = new SchemaBudget();
        for (var i = 0; i < type.Examples.Count; i++)
        {
            var verdict = schema.Judge(Encoding.UTF8.GetBytes(type.Examples[i]), budget);
            if (!verdict.Fits)
            {
                violations.Add(
                    $"{ExamplesField}[{i}]",
                    "EXAMPLE_INVALID",
                    verdict.TooCostly ? "takes too many steps to judge by the schema" : $"must fit the schema: {verdict.Faults[0]}");
            }
        }

        violations.ThrowIfAny();
    }

    private static void CheckJson(string field, string text, Violations violations)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
        }
        catch (JsonException e)
        {
            violations.Add(field, "EXAMPLE_INVALID", $"must be JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine})");
        }
    }
}
