using System.Text.Json;
using ControlPlane.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Cli.Tests.Commands;

public sealed class ExportTests : HookctlTest
{
    private const int Stored = 450;

    public ExportTests()
    {
        Server.Answer<ListDeliveriesRequest>(request =>
        {
            var start = request.PageToken.Length == 0 ? 0 : int.Parse(request.PageToken, null);
            var count = Math.Min(request.PageSize, Stored - start);
            var page = new ListDeliveriesResponse { NextPageToken = start + count < Stored ? $"{start + count}" : "" };
            page.Deliveries.AddRange(Enumerable.Range(start, count).Select(Listed));
            return page;
        });
        Server.Answer<GetDeliveryRequest>(request =>
        {
            var delivery = Listed(int.Parse(request.DeliveryId[4..], null));
            delivery.Attempts.Add(new Attempt { Number = 1, StatusCode = 500, Failure = FailureKind.HttpStatus });
            return new GetDeliveryResponse { Delivery = delivery };
        });
        Server.Answer<GetEventRequest>(request => new GetEventResponse
        {
            Event = new Event { Id = request.EventId, Payload = ByteString.CopyFrom(0, 255, 10) },
        });
    }

    private static Delivery Listed(int number) =>
        new() { Id = $"dlv_{number}", EventId = $"evt_{number}", TenantId = "acme", State = DeliveryState.Dead };

    private static (Delivery Delivery, Event? Event) Parse(string line)
    {
        using var json = JsonDocument.Parse(line);
        var parser = JsonParser.Default;
        return (
            parser.Parse<Delivery>(json.RootElement.GetProperty("delivery").GetRawText()),
            json.RootElement.TryGetProperty("event", out var source) ? parser.Parse<Event>(source.GetRawText()) : null);
    }

    [Fact]
    public async Task Export_NoState_WritesEveryDeadLetterWhole()
    {
        var run = (await RunAsync("deliveries export --webhook wh_1 --tenant acme")).Succeeded();

        var lines = run.Lines.Select(Parse).ToList();
        Assert.Equal(Enumerable.Range(0, Stored).Select(i => $"dlv_{i}"), lines.Select(line => line.Delivery.Id));
        Assert.Equal(Enumerable.Range(0, Stored).Select(i => $"evt_{i}"), lines.Select(line => line.Event?.Id));
        Assert.All(lines, line => Assert.Equal(500, Assert.Single(line.Delivery.Attempts).StatusCode));
        Assert.All(lines, line => Assert.Equal([0, 255, 10], line.Event!.Payload.ToByteArray()));
        var lists = Server.Requests.OfType<ListDeliveriesRequest>().ToList();
        Assert.Equal(["", "200", "400"], lists.Select(list => list.PageToken));
        Assert.All(lists, list => Assert.Equal((DeliveryState.Dead, "wh_1"), (Assert.Single(list.States), list.WebhookId)));
        Assert.All(Server.Requests.OfType<GetEventRequest>(), request => Assert.Equal("acme", request.TenantId));
    }

    [Fact]
    public async Task Export_State_TakesThePlaceOfTheDefault()
    {
        (await RunAsync("deliveries export --state cancelled")).Succeeded();

        Assert.All(
            Server.Requests.OfType<ListDeliveriesRequest>(), list => Assert.Equal(DeliveryState.Cancelled, Assert.Single(list.States)));
    }

    [Fact]
    public async Task Export_Output_IsAFileThatAppearsWhole()
    {
        var path = Path.Combine(Folder, "dead.jsonl");

        var run = (await RunAsync("deliveries", "export", "--output", path)).Succeeded();

        Assert.Empty(run.Output);
        Assert.Contains("450 deliveries", run.Error);
        Assert.Equal(Stored, (await File.ReadAllLinesAsync(path, TestContext.Current.CancellationToken)).Length);
        Assert.Equal([path], Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task Export_FailsMidway_KeepsTheFileOfBefore()
    {
        var path = Path.Combine(Folder, "dead.jsonl");
        await File.WriteAllTextAsync(path, "before", TestContext.Current.CancellationToken);
        Server.Fail<GetEventRequest>(StatusCode.Internal, "broken");

        Assert.Equal(1, (await RunAsync("deliveries", "export", "--output", path)).ExitCode);

        Assert.Equal("before", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Export_RemovedMeanwhile_WritesWhatIsLeft()
    {
        Server.Fail<GetEventRequest>(StatusCode.NotFound, "gone");
        Server.Fail<GetDeliveryRequest>(StatusCode.NotFound, "gone");

        var lines = (await RunAsync("deliveries export")).Succeeded().Lines.Select(Parse).ToList();

        Assert.Equal(Stored, lines.Count);
        Assert.All(lines, line => Assert.Null(line.Event));
        Assert.Equal(Listed(7), lines[7].Delivery);
    }
}
