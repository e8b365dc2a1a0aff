using System.Text;
using System.Text.RegularExpressions;
using ControlPlane.Testing;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.EveryRpc;

/// <summary>A call of any method through the JSON door, with messages and errors as gRPC has them.</summary>
public static partial class JsonCall
{
    /// <summary>Stands where an id is to stand and the request has none.</summary>
    private const string NoId = "none";

    private static readonly TypeRegistry Details = TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor);
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithTypeRegistry(Details));

    /// <summary>A request to the JSON door; the body is null where the method takes none.</summary>
    public sealed record Parts(HttpMethod Verb, string Path, string? Body);

    /// <summary>Calls it; of a stream, answers the first message and ends it.</summary>
    /// <exception cref="RpcException">The door answered with an error.</exception>
    public static async Task<IMessage> CallAsync(HttpCaller http, MethodDescriptor method, IReadOnlyList<HttpRule> rules, IMessage request)
    {
        var parts = Write(rules, request);
        using var body = parts.Body is null ? null : new StringContent(parts.Body, Encoding.UTF8, "application/json");
        using var response = await http.OpenAsync(parts.Verb, parts.Path, body);
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var text = method.IsServerStreaming && response.IsSuccessStatusCode
            ? await Eventually.InTimeAsync(reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask(), parts.Path)
            : await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return Parser.Parse(text!, method.OutputType);
        }

        var status = Parser.Parse<Google.Rpc.Status>(text!);
        throw new RpcException(
            new((StatusCode)status.Code, status.Message), new Metadata { { "grpc-status-details-bin", status.ToByteArray() } });
    }

    /// <summary>A message as a request to the JSON door.</summary>
    public static Parts Write(IReadOnlyList<HttpRule> rules, IMessage request)
    {
        // Of several the one whose address the request can fill.
        var rule = rules.FirstOrDefault(each => Variable().Matches($"{each.Get}{each.Post}{each.Patch}{each.Delete}").All(match => Text(request, match.Groups[1].Value) != NoId)) ?? rules[0];
        var (verb, pattern) = rule.PatternCase switch
        {
            HttpRule.PatternOneofCase.Get => (HttpMethod.Get, rule.Get),
            HttpRule.PatternOneofCase.Post => (HttpMethod.Post, rule.Post),
            HttpRule.PatternOneofCase.Patch => (HttpMethod.Patch, rule.Patch),
            _ => (HttpMethod.Delete, rule.Delete),
        };
        var bound = Variable().Matches(pattern).Select(match => match.Groups[1].Value).ToList();
        var path = Variable().Replace(pattern, match => Uri.EscapeDataString(Text(request, match.Groups[1].Value)));
        var query = rule.Body.Length > 0 ? [] : Query("", request).Where(pair => !bound.Contains(pair.Name)).ToList();
        if (query.Count > 0)
        {
            path += "?" + string.Join('&', query.Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value)}"));
        }

        return new(verb, path, rule.Body.Length > 0 ? JsonFormatter.Default.Format(request) : null);
    }

    private static string Text(IMessage message, string path)
    {
        object? value = message;
        foreach (var name in path.Split('.'))
        {
            value = value is IMessage within ? within.Descriptor.FindFieldByName(name).Accessor.GetValue(within) : null;
        }

        return value is string { Length: > 0 } text ? text : NoId;
    }

    private static IEnumerable<(string Name, string Value)> Query(string prefix, IMessage message)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            var value = field.Accessor.GetValue(message);
            var isSet = field.HasPresence ? field.Accessor.HasValue(message) : !Equals(value, Default(field, message));
            if (field.IsRepeated)
            {
                foreach (var entry in (System.Collections.IEnumerable)value)
                {
                    yield return (prefix + field.Name, Write(entry));
                }
            }
            else if (isSet && value is IMessage inner && inner.Descriptor.File.Package != "google.protobuf")
            {
                foreach (var pair in Query($"{prefix}{field.Name}.", inner))
                {
                    yield return pair;
                }
            }
            else if (isSet)
            {
                yield return (prefix + field.Name, Write(value));
            }
        }
    }

    private static object? Default(FieldDescriptor field, IMessage message) =>
        field.Accessor.GetValue(message.Descriptor.Parser.ParseFrom(ByteString.Empty));

    private static string Write(object value) => value switch
    {
        IMessage message => JsonFormatter.Default.Format(message).Trim('"'),
        bool flag => flag ? "true" : "false",
        Enum number => Convert.ToInt32(number, System.Globalization.CultureInfo.InvariantCulture).ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!,
    };

    [GeneratedRegex(@"\{([^}=]*)(=[^}]*)?\}")]
    private static partial Regex Variable();
}
