using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Server.Access;
using Google.Rpc;

namespace ControlPlane.Server.Doors.OpenApi;

/// <summary>Describes the JSON door in OpenAPI 3.1, from the contract and its comments.</summary>
internal static class OpenApiDocument
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Returns the document as JSON in UTF-8.</summary>
    /// <param name="version">The program's version.</param>
    /// <param name="rules">What each method asks of its caller.</param>
    public static byte[] Write(string version, AccessRules rules)
    {
        var services = ContractFiles.Services();
        var schemas = new OpenApiSchemas();
        var operations = new OpenApiOperations(schemas, rules);
        var paths = new JsonObject();
        foreach (var method in services.SelectMany(service => service.Methods))
        {
            operations.Add(paths, method);
        }

        var document = new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "Webhook control plane",
                ["version"] = version,
                ["description"] = "Publishes events, and delivers them to the webhooks that subscribed. Errors are `google.rpc.Status` "
                    + "in JSON; every one has an ErrorInfo with a stable reason. Fields can be written as `webhookId` or `webhook_id`; "
                    + "unknown ones are refused.",
                ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["tags"] = new JsonArray(
            [
                .. services.Select(service => (JsonNode)new JsonObject
                {
                    ["name"] = service.Name,
                    ["description"] = Comments.Of(service.Declaration),
                }),
            ]),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["apiKey"] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["description"] = "An API key, `cpk_...`.",
                    },
                },
                ["responses"] = new JsonObject
                {
                    ["Refused"] = Error("The request is refused: the details say why, and which fields are wrong."),
                    ["Failed"] = Error("The server cannot carry the request out now."),
                },
                ["schemas"] = WithStatus(schemas.Components()),
            },
        };
        return JsonSerializer.SerializeToUtf8Bytes(document, Readable);
    }

    private static JsonObject Error(string description) => new()
    {
        ["description"] = description,
        ["content"] = new JsonObject
        {
            ["application/json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = $"#/components/schemas/{Status.Descriptor.Name}" } },
        },
    };

    private static JsonObject WithStatus(JsonObject schemas)
    {
        schemas[Status.Descriptor.Name] = new JsonObject
        {
            ["type"] = "object",
            ["description"] = "An error: `google.rpc.Status`.",
            ["required"] = new JsonArray("code", "message", "details"),
            ["properties"] = new JsonObject
            {
                ["code"] = new JsonObject { ["type"] = "integer", ["format"] = "int32", ["description"] = "The gRPC status code." },
                ["message"] = new JsonObject { ["type"] = "string", ["description"] = "What is wrong, for people." },
                ["details"] = new JsonObject
                {
                    ["type"] = "array",
                    ["description"] = "An ErrorInfo first, then BadRequest, RetryInfo, QuotaFailure, ResourceInfo or PreconditionFailure where they apply.",
                    ["items"] = new JsonObject
                    {
                        ["type"] = "object",
                        ["required"] = new JsonArray("@type"),
                        ["properties"] = new JsonObject { ["@type"] = new JsonObject { ["type"] = "string" } },
                        ["additionalProperties"] = true,
                    },
                },
            },
        };
        return schemas;
    }
}
