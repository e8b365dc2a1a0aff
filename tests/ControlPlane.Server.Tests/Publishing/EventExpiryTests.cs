using ControlPlane.Server.Tests.Webhooks;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Tests.Publishing;

/// <summary>When events expire: by their own wish and by their tenant's retention.</summary>
public sealed class EventExpiryTests : WebhookTest
{
    [Fact]
    public async Task Publish_UnderARetention_ExpiresNoLaterThanThat()
    {
        Assert.Null((await PublishAsync(null)).ExpireTime);
        await RetainAsync(TimeSpan.FromHours(2));

        var plain = await PublishAsync(null);
        var early = await PublishAsync(TimeSpan.FromHours(1));
        var late = await PublishAsync(TimeSpan.FromHours(3));
        await RetainAsync(null);
        var free = await PublishAsync(TimeSpan.FromHours(3));

        Assert.Equal(
            [TimeSpan.FromHours(2), TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.FromHours(3)],
            new[] { plain, early, late, free }.Select(e => e.ExpireTime.ToDateTimeOffset() - e.CreateTime.ToDateTimeOffset()));
        Assert.Equal(late.ExpireTime, (await Events.GetEventAsync(new() { EventId = late.Id }, cancellationToken: Cancelled)).Event.ExpireTime);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task Publish_NotInTheFuture_IsRefused(int hours) => Assert.Equal(
        ["event.expire_time NOT_IN_FUTURE"], (await RpcErrors.OfAsync(() => PublishAsync(TimeSpan.FromHours(hours)))).Violations());

    private async Task<Event> PublishAsync(TimeSpan? expiresAfter)
    {
        var source = new Event { Type = "order.paid", Payload = ByteString.CopyFromUtf8("{}") };
        if (expiresAfter is { } span)
        {
            source.ExpireTime = Timestamp.FromDateTimeOffset(Clock.GetUtcNow() + span);
        }

        return (await Events.PublishEventAsync(new() { Event = source }, cancellationToken: Cancelled)).Event;
    }

    private async Task RetainAsync(TimeSpan? retention) => await Admin.UpdateTenantAsync(
        new()
        {
            Tenant = new() { Id = "default", Retention = retention is { } span ? Duration.FromTimeSpan(span) : null },
            UpdateMask = new() { Paths = { "retention" } },
        },
        cancellationToken: Cancelled);
}
