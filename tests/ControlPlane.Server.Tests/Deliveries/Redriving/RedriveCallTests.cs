using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using DeliveryState = ControlPlane.V1.DeliveryState;
using RedriveState = ControlPlane.V1.RedriveState;

namespace ControlPlane.Server.Tests.Deliveries.Redriving;

/// <summary>What the calls about redrives take and answer.</summary>
public sealed class RedriveCallTests : RedriveTest
{
    [Fact]
    public async Task Redrive_ValidateOnly_CountsAndStartsNothing()
    {
        var webhook = await AddWebhookAsync();
        await BuryAsync(webhook, 3);
        await BuryAsync(webhook, 2, "ping");

        var answer = await RedriveAsync(new() { ValidateOnly = true, EventTypes = { "order.*" } });

        Assert.Equal(new() { Count = 3 }, answer);
        Assert.Empty((await Deliveries.ListRedrivesAsync(new(), cancellationToken: Cancelled)).Redrives);
    }

    [Fact]
    public async Task Redrive_NoFilter_TakesDeadLettersOfTheTenant()
    {
        var dead = await BuryAsync(await AddWebhookAsync(), 3);
        await BuryAsync(await AddWebhookAsync("acme"), 2);

        var answer = await RedriveAsync(new());
        var redrive = await UntilAsync(answer.RedriveId, r => r.State == RedriveState.Done);

        Assert.Equal(3, answer.Count);
        Assert.Matches("^rdv_[0-9a-hjkmnp-tv-z]{26}$", answer.RedriveId);
        Assert.Equal(
            new()
            {
                Id = answer.RedriveId,
                TenantId = TenantRecord.DefaultId,
                State = RedriveState.Done,
                Filter = new() { States = { DeliveryState.Dead } },
                MaxRatePerSecond = 100,
                MatchedCount = 3,
                RetriedCount = 3,
                CreateTime = Clock.GetUtcNow().ToTimestamp(),
                UpdateTime = Clock.GetUtcNow().ToTimestamp(),
            },
            redrive);
        foreach (var delivery in dead)
        {
            var now = (await Engine.Deliveries.GetAsync(delivery.Id, Cancelled))!;
            Assert.Equal(
                (Storage.DeliveryState.Pending, Storage.DeliveryTrigger.Redrive, delivery.EventId), (now.State, now.Trigger, now.EventId));
        }
    }

    [Fact]
    public async Task Redrive_Filter_IsShown()
    {
        var time = Clock.GetUtcNow().ToTimestamp();
        var answer = await RedriveAsync(new()
        {
            TenantId = "-",
            WebhookId = "wh_9",
            EventId = "evt_9",
            States = { DeliveryState.Cancelled, DeliveryState.Succeeded },
            EventTypes = { "a.*" },
            Instance = "i",
            CreatedAfter = time,
            CreatedBefore = time,
            MaxRatePerSecond = 0.5,
        });

        var redrive = await UntilAsync(answer.RedriveId, r => r.State == RedriveState.Done);

        Assert.Equal(
            new RedriveFilter
            {
                WebhookId = "wh_9",
                EventId = "evt_9",
                States = { DeliveryState.Cancelled, DeliveryState.Succeeded },
                EventTypes = { "a.*" },
                Instance = "i",
                CreatedAfter = time,
                CreatedBefore = time,
            },
            redrive.Filter);
        Assert.Equal(("-", 0.5, 0), (redrive.TenantId, redrive.MaxRatePerSecond, answer.Count));
    }

    [Fact]
    public async Task Redrive_ActiveWebhook_ItsLaneIsTold()
    {
        var dead = await BuryAsync(await AddWebhookAsync(state: Storage.WebhookState.Active), 1);

        await RedriveAsync(new());

        while ((await Engine.Deliveries.GetAsync(dead[0].Id, Cancelled))!.State != Storage.DeliveryState.InFlight)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(50));
        }
    }

    [Fact]
    public async Task Redrive_StatesThatAreNoEnd_AreViolations()
    {
        var errors = await RpcErrors.OfAsync(() => RedriveAsync(new()
        {
            States = { DeliveryState.Dead, DeliveryState.Pending, DeliveryState.Unspecified, DeliveryState.InFlight },
            MaxRatePerSecond = 1000.5,
            WebhookId = "\n",
        }));

        Assert.Equal(StatusCode.InvalidArgument, errors.Code);
        Assert.Equal(
            [
                "webhook_id INVALID_CHARACTERS", "states[2] UNKNOWN_VALUE", "states[1] STATE_NOT_ENDED", "states[3] STATE_NOT_ENDED",
                "max_rate_per_second OUT_OF_RANGE",
            ],
            errors.Violations());
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public async Task Redrive_PaceOutsideItsLimits_IsAViolation(double rate)
    {
        var errors = await RpcErrors.OfAsync(() => RedriveAsync(new() { MaxRatePerSecond = rate, ValidateOnly = true }));

        Assert.Equal(["max_rate_per_second OUT_OF_RANGE"], errors.Violations());
    }

    [Fact]
    public async Task Redrive_UnknownTenant_NotFound()
    {
        foreach (var validateOnly in new[] { true, false })
        {
            var errors = await RpcErrors.OfAsync(() => RedriveAsync(new() { TenantId = "nobody", ValidateOnly = validateOnly }));
            Assert.Equal(StatusCode.NotFound, errors.Code);
        }
    }

    [Fact]
    public async Task Redrive_KeyThatMayOnlyRead_CanLookButNotAct()
    {
        var reader = await WithKeyAsync(null, "deliveries.read");
        var id = (await RedriveAsync(new())).RedriveId;

        Assert.Equal(id, (await reader.GetRedriveAsync(new() { RedriveId = id }, cancellationToken: Cancelled)).Redrive.Id);
        foreach (var call in (Func<Task>[])
            [
                async () => await reader.RedriveDeliveriesAsync(new() { ValidateOnly = true }, cancellationToken: Cancelled),
                async () => await reader.CancelRedriveAsync(new() { RedriveId = id }, cancellationToken: Cancelled),
            ])
        {
            var errors = await RpcErrors.OfAsync(call);
            Assert.Equal((StatusCode.PermissionDenied, "SCOPE_MISSING"), (errors.Code, errors.Info.Reason));
        }
    }

    [Fact]
    public async Task Redrive_OfAnotherTenantOrOfAll_DoesNotExistForATenant()
    {
        var acme = await WithKeyAsync("acme", "deliveries.read", "deliveries.write");
        var own = (await acme.RedriveDeliveriesAsync(new(), cancellationToken: Cancelled)).RedriveId;
        var foreign = (await RedriveAsync(new() { TenantId = "other" })).RedriveId;
        var all = (await RedriveAsync(new() { TenantId = "-" })).RedriveId;

        foreach (var id in new[] { foreign, all, "rdv_unknown" })
        {
            var get = await RpcErrors.OfAsync(async () => await acme.GetRedriveAsync(new() { RedriveId = id }, cancellationToken: Cancelled));
            var cancel = await RpcErrors.OfAsync(
                async () => await acme.CancelRedriveAsync(new() { RedriveId = id }, cancellationToken: Cancelled));
            Assert.Equal((StatusCode.NotFound, StatusCode.NotFound), (get.Code, cancel.Code));
        }

        var errors = await RpcErrors.OfAsync(
            async () => await acme.RedriveDeliveriesAsync(new() { TenantId = "-" }, cancellationToken: Cancelled));
        Assert.Equal("PLATFORM_KEY_REQUIRED", errors.Info.Reason);
        Assert.Equal([own], await ListAsync(acme, ""));
        Assert.Equal([all, foreign, own], await ListAsync(Deliveries, "-"));
    }

    private static async Task<List<string>> ListAsync(DeliveryService.DeliveryServiceClient client, string tenant)
    {
        var ids = new List<string>();
        var request = new ListRedrivesRequest { TenantId = tenant, PageSize = 2 };
        do
        {
            var page = await client.ListRedrivesAsync(request, cancellationToken: Cancelled);
            ids.AddRange(page.Redrives.Select(redrive => redrive.Id));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return ids;
    }
}
