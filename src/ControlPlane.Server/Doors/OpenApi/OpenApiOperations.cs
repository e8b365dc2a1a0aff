using System.Text.Json.Nodes;
using ControlPlane.Server.Access;
using ControlPlane.Server.Doors.Json;
using Google.Api;
using Google.Protobuf.Reflection;

namespace ControlPlane.Server.Doors.OpenApi;

/// <summary>The operations of methods, one for each of their HTTP rules.</summary>
internal sealed class OpenApiOperations(OpenApiSchemas schemas, AccessRules rules)
{
    private const string Json = "application/json";

    /// <summary>The names of the parameters of each path, as the first of its methods has them: the others call the same ones so.</summary>
    private readonly Dictionary<string, IReadOnlyList<string>> _parameters = new(StringComparer.Ordinal);

    /// <summary>Adds the operations of a method to the paths.</summary>
    public void Add(JsonObject paths, MethodDescriptor method)
    {
        var main = method.GetOptions().GetExtension(AnnotationsExtensions.Http);
        var number = 1;
        foreach (var rule in new[] { main }.Concat(main.AdditionalBindings))
        {
            var route = new JsonRoute(method, rule);
            var (pattern, bound) = (route.Pattern, route.Bound);
            var form = JsonRoute.Variable().Replace(pattern, "{}");
            if (!_parameters.TryGetValue(form, out var names))
            {
                _parameters[form] = names = [.. bound.Select(Parameter)];
            }

            var path = bound.Zip(names).Aggregate(pattern, (text, pair) => JsonRoute.Variable().Replace(text, $"<{pair.Second}>", 1)).Replace('<', '{').Replace('>', '}');
            var item = paths[path] as JsonObject ?? [];
            item[$"{rule.PatternCase}".ToLowerInvariant()] = Operation(method, rule, bound, names, number++);
            paths[path] = item;
        }
    }

    private JsonObject Operation(MethodDescriptor method, HttpRule rule, IReadOnlyList<string> bound, IReadOnlyList<string> names, int number)
    {
        var comment = Comments.Of(method.Declaration);
        var access = rules.Of($"/{method.Service.FullName}/{method.Name}");
        var operation = new JsonObject
        {
            ["operationId"] = number == 1 ? method.Name : $"{method.Name}_{number}",
            ["tags"] = new JsonArray(method.Service.Name),
            ["summary"] = Comments.FirstSentence(comment),
            ["description"] = $"{comment}\n\nScope: `{access.Scope}`{(access.PlatformOnly ? ", platform keys only" : "")}.",
            ["security"] = new JsonArray(new JsonObject { ["apiKey"] = new JsonArray() }),
        };
        var parameters = bound.Zip(names, (field, name) => Path(method.InputType, field, name)).ToList();
        if (rule.Body.Length > 0)
        {
            operation["requestBody"] = new JsonObject
            {
                ["content"] = new JsonObject
                {
                    [Json] = new JsonObject { ["schema"] = schemas.Message(method.InputType, field => !bound.Contains(field.Name)) },
                },
            };
        }
        else
        {
            parameters.AddRange(method.InputType.Fields.InDeclarationOrder().Where(field => !bound.Contains(field.Name)).SelectMany(field => Query("", field)));
        }

        if (parameters.Count > 0)
        {
            operation["parameters"] = new JsonArray([.. parameters]);
        }

        operation["responses"] = Responses(method);
        return operation;
    }

    private JsonObject Responses(MethodDescriptor method)
    {
        var message = new JsonObject { ["schema"] = schemas.Reference(method.OutputType) };
        var content = new JsonObject();
        if (method.IsServerStreaming)
        {
            content["application/x-ndjson"] = message;
            content["text/event-stream"] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" } };
        }
        else
        {
            content[Json] = message;
        }

        return new()
        {
            ["200"] = new JsonObject { ["description"] = Comments.Of(method.OutputType.Declaration), ["content"] = content },
            ["4XX"] = new JsonObject { ["$ref"] = "#/components/responses/Refused" },
            ["5XX"] = new JsonObject { ["$ref"] = "#/components/responses/Failed" },
        };
    }

    private JsonObject Path(MessageDescriptor type, string path, string name)
    {
        var field = path.Split('.').Aggregate((Type: type, Field: (FieldDescriptor?)null), (at, part) =>
        {
            var next = at.Type.FindFieldByName(part);
            return (next.FieldType == FieldType.Message ? next.MessageType : at.Type, next);
        }).Field!;
        var schema = schemas.Field(field);
        var parameter = new JsonObject { ["name"] = name, ["in"] = "path", ["required"] = true };
        Describe(parameter, schema);
        return parameter;
    }

    /// <summary>A field of the query, or those of a message that stand there with dots.</summary>
    private IEnumerable<JsonObject> Query(string prefix, FieldDescriptor field)
    {
        if (field is { FieldType: FieldType.Message, IsRepeated: false } && !FieldText.IsText(field.MessageType))
        {
            return field.MessageType.Fields.InDeclarationOrder().SelectMany(inner => Query($"{prefix}{field.JsonName}.", inner));
        }

        var schema = schemas.Field(field);
        var parameter = new JsonObject { ["name"] = prefix + field.JsonName, ["in"] = "query" };
        Describe(parameter, schema);
        return [parameter];
    }

    private static void Describe(JsonObject parameter, JsonObject schema)
    {
        if (schema["description"] is { } description)
        {
            schema.Remove("description");
            parameter["description"] = description;
        }

        parameter["schema"] = schema;
    }

    /// <summary>Names of parameters have no dots: <c>webhook.id</c> is <c>webhookId</c>.</summary>
    private static string Parameter(string path) =>
        string.Concat(path.Split('.', '_').Select((word, i) => i == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
}
