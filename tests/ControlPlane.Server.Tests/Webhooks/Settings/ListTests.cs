using ControlPlane.Storage;
using ControlPlane.V1;

namespace ControlPlane.Server.Tests.Webhooks.Settings;

public sealed class ListTests : WebhookTest
{
    [Theory]
    [InlineData(""), InlineData("labels.kind = odd"), InlineData("labels.kind = even"), InlineData("name = n3"), InlineData("name = none")]
    public async Task List_ByPages_GivesEachOnceNewestFirst(string filter)
    {
        var made = await FillAsync(25);
        var expected = made.Where(w => filter switch
        {
            "" => true,
            "labels.kind = odd" => w.Labels["kind"] == "odd",
            "labels.kind = even" => w.Labels["kind"] == "even",
            _ => w.Name == filter["name = ".Length..],
        }).Select(w => w.Id).Reverse().ToList();
        foreach (var size in (int[])[1, 2, 3, 7, 24, 25, 1000])
        {
            Assert.Equal(expected, (await ListAsync(filter, size)).Select(w => w.Id));
        }
    }

    [Fact]
    public async Task List_FilteredDense_NeedsFewReads()
    {
        await FillAsync(600);
        var before = Store.Lists;
        var page = await Webhooks.ListWebhooksAsync(new() { Filter = "labels.kind = odd", PageSize = 1 }, cancellationToken: Cancelled);
        Assert.Equal("n599", Assert.Single(page.Webhooks).Name);
        Assert.InRange(Store.Lists - before, 1, 12);
    }

    [Fact]
    public async Task List_FilterThatFindsLittle_AnswersShortPageWithToken()
    {
        var made = await FillAsync(5_002);
        const string Filter = "name = n0";
        var first = await Webhooks.ListWebhooksAsync(new() { Filter = Filter }, cancellationToken: Cancelled);
        Assert.Empty(first.Webhooks);
        Assert.NotEmpty(first.NextPageToken);
        var second = await Webhooks.ListWebhooksAsync(
            new() { Filter = Filter, PageToken = first.NextPageToken }, cancellationToken: Cancelled);
        Assert.Equal(made[0].Id, Assert.Single(second.Webhooks).Id);
        Assert.Empty(second.NextPageToken);
    }

    [Fact]
    public async Task List_WhileAdding_IsStable()
    {
        var made = await FillAsync(4);
        var first = await Webhooks.ListWebhooksAsync(new() { PageSize = 2 }, cancellationToken: Cancelled);
        await CreateAsync();
        var second = await Webhooks.ListWebhooksAsync(
            new() { PageSize = 2, PageToken = first.NextPageToken }, cancellationToken: Cancelled);
        Assert.Equal(made.Select(w => w.Id).Reverse(), first.Webhooks.Concat(second.Webhooks).Select(w => w.Id));
    }

    [Fact]
    public async Task List_WrongFields_AllNamed()
    {
        var error = await RpcErrors.OfAsync(async () => await Webhooks.ListWebhooksAsync(
            new() { PageSize = -1, PageToken = "nonsense", Filter = "x" }, cancellationToken: Cancelled));
        Assert.Equal(["page_size NEGATIVE", "page_token PAGE_TOKEN_INVALID", "filter FILTER_INVALID"], error.Violations());
    }

    [Fact]
    public async Task List_TokenOfOtherFilter_Refused()
    {
        await FillAsync(4);
        var first = await Webhooks.ListWebhooksAsync(new() { PageSize = 1 }, cancellationToken: Cancelled);
        var error = await RpcErrors.OfAsync(async () => await Webhooks.ListWebhooksAsync(
            new() { PageToken = first.NextPageToken, Filter = "name = a" }, cancellationToken: Cancelled));
        Assert.Equal(["page_token PAGE_TOKEN_INVALID"], error.Violations());
    }

    [Fact]
    public async Task List_NoSecrets_OnlyHints()
    {
        var answer = await Webhooks.CreateWebhookAsync(new() { Webhook = Sample.Webhook() }, cancellationToken: Cancelled);
        var listed = Assert.Single(await ListAllAsync());
        Assert.Equal(answer.Webhook, listed);
        Assert.DoesNotContain(answer.Secret, listed.ToString(), StringComparison.Ordinal);
    }

    private async Task<List<Webhook>> ListAsync(string filter, int size)
    {
        var found = new List<Webhook>();
        var request = new ListWebhooksRequest { PageSize = size, Filter = filter };
        do
        {
            var page = await Webhooks.ListWebhooksAsync(request, cancellationToken: Cancelled);
            Assert.True(page.Webhooks.Count <= size);
            found.AddRange(page.Webhooks);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return found;
    }

    private async Task<WebhookRecord[]> FillAsync(int count)
    {
        var ids = new IdSource(Clock);
        var made = Enumerable.Range(0, count).Select(i => new WebhookRecord
        {
            Id = ids.Next("wh_"),
            TenantId = "default",
            Url = "https://example.com/",
            EventTypes = ["*"],
            Dialect = "svix",
            Name = $"n{i}",
            Labels = new Dictionary<string, string> { ["kind"] = i % 2 == 0 ? "even" : "odd" },
            Secrets = [],
        }).ToArray();
        await Task.WhenAll(made.Select(w => Engine.Webhooks.CreateAsync(w, Cancelled)));
        return made;
    }
}
