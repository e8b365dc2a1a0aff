using System.Net;
using System.Text.RegularExpressions;
using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Doors;

/// <summary>The files of the console and the portal; what they do is tested in a browser by tests/interop/console.test.mjs.</summary>
public sealed partial class ConsoleTests(SharedServer shared) : SharedServerTest(shared)
{
    private const int MostBytes = 200_000;

    [Theory]
    [InlineData("/console", "/console/?from=mail")]
    [InlineData("/portal", "/portal/?from=mail")]
    public async Task Page_WithoutItsSlash_IsBelowIt(string path, string target)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var answer = await http.GetAsync(new Uri(Server.Setup.Http, path + "?from=mail"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(target, answer.Headers.Location!.OriginalString);
    }

    [Theory]
    [InlineData("/console/")]
    [InlineData("/portal/")]
    public async Task Page_WithAllItNeeds_IsSmallAndLetsNothingElseIn(string path)
    {
        using var page = await Server.GetAsync(path);
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var bytes = 0L;
        foreach (var file in References().Matches(html).Select(match => match.Groups[1].Value).Prepend(""))
        {
            using var http = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None });
            http.DefaultRequestHeaders.Add("Accept-Encoding", "gzip");
            using var answer = await http.GetAsync(new Uri(Server.Setup.Http, path + file), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("gzip", Assert.Single(answer.Content.Headers.ContentEncoding));
            Assert.Equal(file.StartsWith("assets/", StringComparison.Ordinal), answer.Headers.CacheControl!.MaxAge is not null);
            bytes += (await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length;
        }

        Assert.InRange(bytes, 10_000, MostBytes);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.EndsWith("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script[^>]*>[^<]", html);
    }

    [Theory]
    [InlineData("/console/assets/none.js")]
    [InlineData("/console/../appsettings.json")]
    [InlineData("/console/settings.json")]
    public async Task File_ThatIsNotThere_NotFound(string path)
    {
        using var answer = await Server.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Settings_OfThePortal_AreThoseConfigured()
    {
        await using var server = await ServerProcess.StartAsync(Receiver, setup =>
        {
            setup.Settings["Console:Name"] = "Acme webhooks";
            setup.Settings["Console:Accent"] = "#1f6feb";
            setup.Settings["Console:FrameAncestors"] = "https://app.example.com, https://admin.example.com";
            setup.Settings["Console:Enabled"] = "false";
        });

        using var settings = await server.GetAsync("/portal/settings.json");
        using var page = await server.GetAsync("/portal/");
        using var console = await server.GetAsync("/console/");

        Assert.Equal(
            """{"name":"Acme webhooks","accent":"#1f6feb"}""", await settings.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.EndsWith(
            "frame-ancestors https://app.example.com https://admin.example.com",
            Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, console.StatusCode);
    }

    [GeneratedRegex("(?:src|href)=\"\\./([^\"]+)\"")]
    private static partial Regex References();
}
