using System.Text.Json;
using Json.Pointer;
using Json.Schema;

namespace ControlPlane.Server.Schemas;

/// <summary>Judges what a schema is made of, before it is compiled.</summary>
internal static class SchemaText
{
    public const string Draft = "https://json-schema.org/draft/2020-12/schema";

    /// <summary>What leads out of the schema, or depends on how one got there.</summary>
    private static readonly string[] Refused = ["$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$anchor", "$vocabulary"];

    /// <summary>Values that are data, in which nothing is a keyword.</summary>
    private static readonly string[] Data = ["const", "enum", "default", "examples"];

    /// <summary>What is wrong, as an end of a sentence; null if nothing is.</summary>
    public static string? Fault(JsonElement root) =>
        root.ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False) ? "must be an object, true or false"
        : Walk(root, root, isRoot: true) ?? Misfit(root);

    private static string? Walk(JsonElement root, JsonElement value, bool isRoot = false)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            return value.EnumerateArray().Select(item => Walk(root, item)).FirstOrDefault(fault => fault is not null);
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (var (name, each) in value.EnumerateObject().Select(property => (property.Name, property.Value)))
        {
            // A property of payloads can be called like a keyword, and then it has a schema.
            var fault = each.ValueKind == JsonValueKind.String ? Judge(root, name, each.GetString()!, isRoot)
                : Data.Contains(name) ? null
                : Walk(root, each);
            if (fault is not null)
            {
                return fault;
            }
        }

        return null;
    }

    private static string? Judge(JsonElement root, string name, string text, bool isRoot) =>
        Refused.Contains(name) ? $"must not use {name}"
        : name == "$id" && !isRoot ? "must not use $id below its top"
        : name == "$schema" && !(isRoot && text.TrimEnd('#') == Draft) ? $"must be of {Draft}"
        : name == "$ref" && !Leads(root, text) ? $"must not refer to {text}: only to what is in it, as #/$defs/name does"
        : null;

    private static bool Leads(JsonElement root, string reference)
    {
        try
        {
            return reference.StartsWith('#') && JsonPointer.TryParse(Uri.UnescapeDataString(reference[1..]), out var pointer)
                && pointer.Evaluate(root) is not null;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }

    /// <summary>What the schema of schemas says.</summary>
    private static string? Misfit(JsonElement root)
    {
        var results = MetaSchemas.Draft202012.Evaluate(root, new() { OutputFormat = OutputFormat.List });
        if (results.IsValid)
        {
            return null;
        }

        var (place, message) = (from result in results.Details ?? []
                                where !result.IsValid
                                from error in result.Errors ?? new Dictionary<string, string>()
                                select (result.InstanceLocation.ToString(), error.Value)).FirstOrDefault(("", "it does not fit the schema of schemas"));
        return $"must be a JSON Schema of draft 2020-12: {(place.Length == 0 ? "" : place + ": ")}{message}";
    }
}
