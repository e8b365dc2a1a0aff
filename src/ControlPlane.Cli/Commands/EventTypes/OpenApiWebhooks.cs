using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Cli.Errors;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands;

/// <summary>Reads the event types that the <c>webhooks</c> section of an OpenAPI 3.1 document describes.</summary>
internal static class OpenApiWebhooks
{
    private const string Shared = "#/components/schemas/";
    private const string Own = "#/$defs/";
    private const int MostExamples = 10;
    private static readonly string[] Methods = ["post", "put", "patch", "get", "delete"];

    /// <summary>The types, in the document's order.</summary>
    /// <exception cref="UsageException">It is no such document.</exception>
    public static List<EventType> Read(byte[] json)
    {
        JsonObject document;
        try
        {
            document = JsonNode.Parse(json) as JsonObject ?? throw new UsageException("An OpenAPI document is a JSON object.");
        }
        catch (JsonException e)
        {
            throw new UsageException($"It is not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine}).");
        }

        // Schemas are those of JSON Schema 2020-12 from 3.1 on.
        var version = Text(document["openapi"]);
        return version.StartsWith("3.0", StringComparison.Ordinal) || !version.StartsWith("3.", StringComparison.Ordinal)
            ? throw new UsageException($"An OpenAPI document of version 3.1 or later is needed; \"openapi\" is \"{version}\".")
            : [.. (document["webhooks"] as JsonObject ?? []).Select(entry => Read(document, entry.Key, entry.Value as JsonObject ?? []))];
    }

    private static EventType Read(JsonObject document, string name, JsonObject item)
    {
        var operations = Methods.Select(method => item[method]).OfType<JsonObject>().ToList();
        var operation = operations.Find(each => each.ContainsKey("requestBody")) ?? operations.FirstOrDefault() ?? [];
        var content = operation["requestBody"]?["content"] as JsonObject;
        var body = content?.FirstOrDefault(entry => entry.Key.Contains("json", StringComparison.OrdinalIgnoreCase)).Value as JsonObject ?? [];
        var type = new EventType
        {
            Name = name,
            Description = Text(operation["description"]) is { Length: > 0 } described ? described : Text(operation["summary"]),
            Deprecated = operation["deprecated"] is JsonValue flag && flag.TryGetValue<bool>(out var deprecated) && deprecated,
            Schema = body["schema"] is { } schema ? Bundle(document, schema).ToJsonString() : "",
        };
        var named = (body["examples"] as JsonObject ?? []).Select(entry => entry.Value?["value"]);
        type.Examples.Add(named.Prepend(body["example"]).OfType<JsonNode>().Take(MostExamples).Select(example => example.ToJsonString()));
        return type;
    }

    /// <summary>The schema with everything that it refers to in it.</summary>
    private static JsonNode Bundle(JsonObject document, JsonNode schema)
    {
        var bundled = schema.DeepClone();
        if (bundled is not JsonObject root)
        {
            return bundled;
        }

        var shared = document["components"]?["schemas"] as JsonObject ?? [];
        var (found, open) = (new JsonObject(), new Queue<string>(Rename(root)));
        while (open.TryDequeue(out var name))
        {
            if (!found.ContainsKey(name) && shared[name] is { } definition)
            {
                var copy = definition.DeepClone();
                found[name] = copy;
                Rename(copy).ForEach(open.Enqueue);
            }
        }

        if (found.Count > 0)
        {
            var definitions = root["$defs"] as JsonObject;
            foreach (var (name, definition) in definitions?.ToList() ?? [])
            {
                definitions!.Remove(name);
                found[name] = definition;
            }

            root["$defs"] = found;
        }

        return root;
    }

    /// <summary>Makes references to what the document shares such to what is in the schema; answers what they name.</summary>
    private static List<string> Rename(JsonNode? node)
    {
        var names = new List<string>();
        if (node is JsonArray array)
        {
            names.AddRange(array.SelectMany(Rename));
        }
        else if (node is JsonObject fields)
        {
            if (Text(fields["$ref"]) is var reference && reference.StartsWith(Shared, StringComparison.Ordinal))
            {
                names.Add(reference[Shared.Length..].Split('/')[0]);
                fields["$ref"] = Own + reference[Shared.Length..];
            }

            names.AddRange(fields.ToList().SelectMany(entry => Rename(entry.Value)));
        }

        return names;
    }

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
