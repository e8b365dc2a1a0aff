using System.Net;
using System.Runtime.CompilerServices;
using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Doors;

public sealed class OpenApiTests(SharedServer shared) : SharedServerTest(shared)
{
    /// <summary>A change of the contract shows in the copy; what the server answers is the new one.</summary>
    [Fact]
    public async Task Description_IsTheCopyInDocs()
    {
        using var answer = await Server.GetAsync("/openapi.json");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(Root(), "docs", "openapi.json"), TestContext.Current.CancellationToken),
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/docs", "text/html")]
    [InlineData("/docs/page.css", "text/css")]
    [InlineData("/docs/page.js", "text/javascript")]
    public async Task Page_LetsNothingElseIn(string path, string contentType)
    {
        using var answer = await Server.GetAsync(path);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(contentType, answer.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("default-src 'none'; script-src 'self'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.DoesNotContain("://", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", text, StringComparison.Ordinal);
        Assert.DoesNotContain("innerHTML", text, StringComparison.Ordinal);
    }

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../.."));
}
