using System.Text.Json.Nodes;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>Messages, which are events: <c>eventId</c> is the id, <c>channels</c> a label.</summary>
internal sealed class SvixMessages(SvixServices services, SvixPlaces places, SvixApplications applications)
{
    private const string Read = "events.read";
    private const string All = "/app/{app_id}/msg";
    private const string One = "/app/{app_id}/msg/{msg_id}";

    public void Map(SvixRoutes routes)
    {
        routes.Map("GET", All, Read, ListAsync);
        routes.MapMessage("POST", All, "events.publish", CreateAsync);
        routes.Map("GET", One, Read, GetAsync);
        routes.Map("DELETE", $"{One}/content", "admin", ExpungeAsync);
    }

    private async Task ListAsync(SvixCall call)
    {
        var query = call.Query;
        var (limit, iterator, channel) = (query.Limit(), query.Iterator(), query.Text("channel"));
        var (before, after, withContent) = (query.Time("before"), query.Time("after"), query.Flag("with_content", otherwise: true));
        var types = query.EventTypes();
        var app = await places.AppAsync(call);
        await call.AnswerAsync(StatusCodes.Status200OK, await SvixList.NewestFirstAsync(call, SvixMessage.Limit(limit, withContent), iterator, ReadAsync));

        async Task<SvixPart> ReadAsync(string place, int count)
        {
            var request = new ListEventsRequest
            {
                TenantId = app.Id,
                PageSize = count,
                PageToken = place,
                EventTypes = { types },
                CreatedAfter = after?.ToTimestamp(),
                CreatedBefore = before?.ToTimestamp(),
            };
            var page = await call.AskAsync(services.Events.ListEvents, request);
            return new(
                [.. page.Events.Select(one => new SvixEntry(one.Id, SvixMessage.IsIn(one, channel) ? () => ShowAsync(one) : null))], page.NextPageToken);
        }

        async Task<JsonObject> ShowAsync(Event listed) => SvixMessage.Show(
            withContent ? await places.TryMessageAsync(call, app.Id, listed.Id) ?? listed : listed, withContent);
    }

    private async Task CreateAsync(SvixCall call)
    {
        var withContent = call.Query.Flag("with_content", otherwise: true);
        var body = await call.ReadBodyAsync();
        var message = SvixMessage.Read(body, call.IdempotencyKey);
        var beside = SvixApplications.ReadBeside(body);
        body.End();
        var app = await applications.GetOrMakeAsync(call, beside);
        message.TenantId = app.Id;
        var published = await call.AskAsync(services.Events.PublishEvent, new PublishEventRequest { Event = message });
        published.Event.Payload = message.Payload;
        await call.AnswerAsync(StatusCodes.Status202Accepted, SvixMessage.Show(published.Event, withContent));
    }

    private async Task GetAsync(SvixCall call)
    {
        var withContent = call.Query.Flag("with_content", otherwise: true);
        await call.AnswerAsync(StatusCodes.Status200OK, SvixMessage.Show(await places.MessageAsync(call), withContent));
    }

    private async Task ExpungeAsync(SvixCall call)
    {
        var message = await places.MessageAsync(call);
        await call.AskAsync(services.Events.EraseEvents, new EraseEventsRequest { TenantId = message.TenantId, EventId = message.Id });
        await call.AnswerAsync(StatusCodes.Status204NoContent);
    }
}
