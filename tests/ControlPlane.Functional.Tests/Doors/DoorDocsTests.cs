using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Doors;

/// <summary>Runs what a page of the documentation shows, in its order, and compares the answers with those beside.</summary>
public sealed partial class DoorDocsTests(SharedServer shared) : SharedServerTest(shared)
{
    private const string Anything = "...";

    [Theory]
    [InlineData("http.md")]
    [InlineData("platforms.md")]
    public async Task Examples_AnswerWhatTheyShow(string name)
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Root(), "docs", name), TestContext.Current.CancellationToken);
        var examples = Example().Matches(page);
        Assert.Equal(Fence().Count(page), examples.Count);
        var receiver = Receiver.Open();
        foreach (Match example in examples)
        {
            var answer = await RunAsync(example.Groups[1].Value, receiver.Url);
            AssertHas(JsonNode.Parse(example.Groups[2].Value)!, JsonNode.Parse(answer), example.Groups[1].Value + answer);
        }
    }

    private async Task<string> RunAsync(string script, string receiver)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardOutput = true };
        start.Environment["URL"] = Server.Setup.Http.GetLeftPart(UriPartial.Authority);
        start.Environment["KEY"] = Tenant.Key;
        start.Environment["RECEIVER"] = receiver;
        start.Environment["no_proxy"] = "127.0.0.1";
        using var process = Process.Start(start)!;
        return await Eventually.InTimeAsync(process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), script);
    }

    /// <summary>All that is shown is there; there can be more.</summary>
    private static void AssertHas(JsonNode shown, JsonNode? there, string what)
    {
        switch (shown)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields)
                {
                    AssertHas(value!, there is JsonObject ? there[name] : null, what);
                }

                break;
            case JsonArray entries:
                Assert.True(there is JsonArray list && list.Count == entries.Count, what);
                for (var i = 0; i < entries.Count; i++)
                {
                    AssertHas(entries[i]!, there![i], what);
                }

                break;
            default:
                Assert.True(
                    there is not null && (JsonNode.DeepEquals(shown, there) || shown.ToString() == Anything), $"{shown} is not in {what}");
                break;
        }
    }

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../.."));

    [GeneratedRegex("```sh\n(.*?)```\n\n```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex("^```sh$", RegexOptions.Multiline)]
    private static partial Regex Fence();
}
