using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Cli.Tests.Commands;

public sealed class ListTests : HookctlTest
{
    private const int Stored = 2300;

    public ListTests() => Server.Answer<ListWebhooksRequest>(request =>
    {
        var start = request.PageToken.Length == 0 ? 0 : int.Parse(request.PageToken, null);
        var count = Math.Min(request.PageSize, Stored - start);
        var page = new ListWebhooksResponse { NextPageToken = start + count < Stored ? $"{start + count}" : "" };
        page.Webhooks.AddRange(Enumerable.Range(start, count).Select(i => new Webhook { Id = $"wh_{i}" }));
        return page;
    });

    [Theory]
    [InlineData("", 50, new[] { 50 })]
    [InlineData("--limit 3", 3, new[] { 3 })]
    [InlineData("--limit 1001", 1001, new[] { 1000, 1 })]
    [InlineData("--limit 9999", Stored, new[] { 1000, 1000, 1000 })]
    [InlineData("--all", Stored, new[] { 1000, 1000, 1000 })]
    public async Task List_Limit_FetchesAsManyPagesAsNeeded(string flags, int shown, int[] pages)
    {
        var run = (await RunAsync($"webhooks list --json --filter state=ACTIVE {flags}")).Succeeded();

        var ids = run.Lines.Select(line => JsonParser.Default.Parse<Webhook>(line).Id);
        Assert.Equal(Enumerable.Range(0, shown).Select(i => $"wh_{i}"), ids);
        var requests = Server.Requests.OfType<ListWebhooksRequest>().ToList();
        Assert.Equal(pages, requests.Select(r => r.PageSize));
        Assert.All(requests, r => Assert.Equal("state=ACTIVE", r.Filter));
        Assert.Equal(shown < Stored, run.Error.Contains($"--page-token {shown}"));
    }

    [Fact]
    public async Task List_PageToken_GoesOn() =>
        Assert.Equal("wh_7", JsonParser.Default.Parse<Webhook>((await RunAsync("webhooks list --json --limit 2 --page-token 7")).Lines[0]).Id);

    [Fact]
    public async Task List_EmptyPageBeforeTheLast_DoesNotEndTheList()
    {
        Server.Answer<ListDeliveriesRequest>(r => r.PageToken.Length == 0
            ? new ListDeliveriesResponse { NextPageToken = "2" }
            : new ListDeliveriesResponse { Deliveries = { new Delivery { Id = "dlv_1" } } });

        Assert.Equal("dlv_1", (await RunAsync("deliveries list --json")).Json<Delivery>().Id);
    }

    [Fact]
    public async Task List_LimitOfZero_IsAUsageError() => Assert.Equal(2, (await RunAsync("webhooks list --limit 0")).ExitCode);

    [Fact]
    public async Task List_Piped_IsAlignedText()
    {
        Server.Answer<ListTenantsRequest>(_ => new ListTenantsResponse
        {
            Tenants = { new Tenant { Id = "a", Name = "first" }, new Tenant { Id = "longer-id", Name = "x\u001b[31m\ny", Labels = { ["k"] = "v" } } },
        });

        var lines = (await RunAsync("tenants list")).Succeeded().Lines;

        Assert.Equal(3, lines.Length);
        Assert.Equal(["ID         NAME            LABELS  CREATED", "a          first           -       -"], lines[..2]);
        Assert.Equal("longer-id  x\\u001b[31m\\ny  k=v     -", lines[2]);
    }

    [Fact]
    public async Task List_OnATerminal_IsATableWithoutForeignControlCharacters()
    {
        Terminal = true;
        Variables["NO_COLOR"] = "1";
        Server.Answer<ListTenantsRequest>(_ => new ListTenantsResponse { Tenants = { new Tenant { Id = "acme", Name = "x\u001b]0;y\u0007" } } });

        var output = (await RunAsync("tenants list")).Succeeded().Output;

        Assert.Contains("acme", output);
        Assert.DoesNotContain('\u001b', output);
        Assert.DoesNotContain('\u0007', output);
    }
}
