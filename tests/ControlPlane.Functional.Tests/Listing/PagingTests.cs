using ControlPlane.Testing;
using Google.Rpc;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.Listing;

public sealed class PagingTests(SharedServer shared) : SharedServerTest(shared)
{
    private const int Rows = 23;

    public static TheoryData<string> Kinds => [.. ListKind.Names];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task List_WhileRowsAreAdded_CompleteStableAndNewestFirst(string name)
    {
        var kind = await ListKind.OfAsync(name, Tenant, Platform, Receiver.Open());
        var added = new List<string>();
        for (var i = 0; i < Rows; i++)
        {
            added.Add(await kind.AddAsync());
        }

        var seen = new List<string>();
        var token = "";
        do
        {
            var (ids, next) = await kind.GetAsync(5, token);
            Assert.InRange(ids.Count, 0, 5);
            seen.AddRange(ids);
            // What is added between two pages belongs before the first one.
            var later = await kind.AddAsync();
            Assert.DoesNotContain(later, seen);
            token = next;
        }
        while (token.Length > 0);

        Assert.Equal(seen.Distinct(), seen);
        Assert.Equal(added.AsEnumerable().Reverse(), seen.Where(added.Contains));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task List_PageSizes_HaveTheirLimits(string name)
    {
        var kind = await ListKind.OfAsync(name, Tenant, Platform, Receiver.Open());
        for (var i = 0; i < 60; i++)
        {
            await kind.AddAsync();
        }

        Assert.Equal(50, (await kind.GetAsync(0, "")).Ids.Count);
        Assert.Single((await kind.GetAsync(1, "")).Ids);
        Assert.InRange((await kind.GetAsync(int.MaxValue, "")).Ids.Count, 60, 1000);
        var refusal = await Refusal.OfAsync(async () => await kind.GetAsync(-1, ""));
        refusal.Is(StatusCode.InvalidArgument, "INVALID_FIELDS");
        Assert.Equal("page_size", Assert.Single(refusal.Detail<BadRequest>().FieldViolations).Field);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task List_ForgedToken_IsRefused(string name)
    {
        var kind = await ListKind.OfAsync(name, Tenant, Platform, Receiver.Open());
        await kind.AddAsync();
        await kind.AddAsync();
        var (_, token) = await kind.GetAsync(1, "");
        Assert.NotEmpty(token);

        foreach (var wrong in new[] { "x", token + "A", token[1..], new string('A', token.Length), " " + token })
        {
            var refusal = await Refusal.OfAsync(async () => await kind.GetAsync(1, wrong));
            refusal.Is(StatusCode.InvalidArgument, "INVALID_FIELDS");
            Assert.Equal(["page_token PAGE_TOKEN_INVALID"], refusal.Violations);
        }
    }

    /// <summary>Clients of gRPC take 4 MiB unless told otherwise.</summary>
    [Fact]
    public async Task List_LargeEntries_PagesAreSmallAndComplete()
    {
        var made = new List<string>();
        for (var i = 0; i < 50; i++)
        {
            made.Add((await Tenant.HookAsync(Receiver.Open(), webhook => webhook.Instances.Add(
                Enumerable.Range(0, 118).Select(n => $"{n:D4}".PadRight(250, 'x'))))).Webhook.Id);
        }

        foreach (var (clients, tenantId) in new[] { (Tenant.Clients, ""), (Platform, "-") })
        {
            var seen = new List<string>();
            var request = new V1.ListWebhooksRequest { TenantId = tenantId, PageSize = 1000 };
            do
            {
                var page = await clients.Webhooks.ListWebhooksAsync(request);
                Assert.InRange(page.CalculateSize(), 1, (1 << 20) + 100);
                seen.AddRange(page.Webhooks.Select(webhook => webhook.Id));
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);

            Assert.Equal(made.AsEnumerable().Reverse(), seen.Where(made.Contains));
        }
    }

    [Fact]
    public async Task List_TokenWithOtherArguments_IsRefusedAndWithAnotherSizeTaken()
    {
        var kind = await ListKind.OfAsync("deliveries", Tenant, Platform, Receiver.Open());
        for (var i = 0; i < 3; i++)
        {
            await kind.AddAsync();
        }

        var client = Tenant.Clients.Deliveries;
        var token = (await client.ListDeliveriesAsync(new() { PageSize = 1 })).NextPageToken;

        Assert.Equal(2, (await client.ListDeliveriesAsync(new() { PageSize = 10, PageToken = token })).Deliveries.Count);
        foreach (var other in new V1.ListDeliveriesRequest[] { new() { Instance = "i" }, new() { EventTypes = { "*" } }, new() { TenantId = Tenant.Id } })
        {
            other.PageToken = token;
            (await Refusal.OfAsync(client.ListDeliveriesAsync(other))).Is(StatusCode.InvalidArgument, "INVALID_FIELDS");
        }

        (await Refusal.OfAsync(Tenant.Clients.Events.ListEventsAsync(new() { PageToken = token }))).Is(StatusCode.InvalidArgument, "INVALID_FIELDS");
    }
}
