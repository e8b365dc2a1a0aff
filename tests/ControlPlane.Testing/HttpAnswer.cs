using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace ControlPlane.Testing;

/// <summary>What the HTTP listener answered.</summary>
public sealed record HttpAnswer(HttpStatusCode Status, string Text, HttpResponseHeaders Headers, MediaTypeHeaderValue? ContentType)
{
    /// <summary>Payloads can be nested 64 deep, and stand in something.</summary>
    public JsonNode Json => JsonNode.Parse(Text, documentOptions: new() { MaxDepth = 80 })!;

    /// <summary>Of an error of the JSON door: its one ErrorInfo's reason.</summary>
    public string Reason => (string)Json["details"]!.AsArray().Single(
        detail => (string?)detail!["@type"] == "type.googleapis.com/google.rpc.ErrorInfo")!["reason"]!;

    /// <summary>Of an error of the JSON door: the wrong fields, as <c>field REASON</c>.</summary>
    public IReadOnlyList<string> Violations =>
    [
        .. Json["details"]!.AsArray()
            .Single(detail => (string?)detail!["@type"] == "type.googleapis.com/google.rpc.BadRequest")!["fieldViolations"]!.AsArray()
            .Select(violation => $"{violation!["field"]} {violation["reason"]}"),
    ];

    /// <summary>Asserts what it is; answers itself.</summary>
    public HttpAnswer Is(HttpStatusCode status)
    {
        Assert.True(status == Status, $"Expected {status}, got {Status}: {Text}");
        return this;
    }

    /// <summary>Asserts which error of the JSON door it is; answers itself.</summary>
    public HttpAnswer Is(HttpStatusCode status, string reason)
    {
        Is(status);
        Assert.Equal(reason, Reason);
        return this;
    }
}
