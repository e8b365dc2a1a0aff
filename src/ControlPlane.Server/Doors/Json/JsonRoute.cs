using System.Text.RegularExpressions;
using Google.Api;
using Google.Protobuf.Reflection;

namespace ControlPlane.Server.Doors.Json;

/// <summary>The method and the HTTP rule that an endpoint was made from.</summary>
/// <param name="Method">The method.</param>
/// <param name="Rule">The rule.</param>
internal sealed partial record JsonRoute(MethodDescriptor Method, HttpRule Rule)
{
    /// <summary>Whether the fields of the request come in a body; else in the query.</summary>
    public bool HasBody => Rule.Body.Length > 0;

    /// <summary>The rule's path, such as <c>/v1/webhooks/{webhook_id}</c>.</summary>
    public string Pattern { get; } = Rule.PatternCase switch
    {
        HttpRule.PatternOneofCase.Get => Rule.Get,
        HttpRule.PatternOneofCase.Post => Rule.Post,
        HttpRule.PatternOneofCase.Patch => Rule.Patch,
        HttpRule.PatternOneofCase.Delete => Rule.Delete,
        _ => throw new InvalidOperationException($"{Method.FullName} has an HTTP rule of an unknown kind."),
    };

    /// <summary>The fields of the request that the path has, such as <c>webhook.id</c>, in its order.</summary>
    public IReadOnlyList<string> Bound => field ??= [.. Variable().Matches(Pattern).Select(match => match.Groups[1].Value)];

    /// <summary>A field's place in a path.</summary>
    [GeneratedRegex(@"\{([^}=]*)(=[^}]*)?\}")]
    public static partial Regex Variable();
}
