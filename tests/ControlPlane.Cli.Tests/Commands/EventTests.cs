using System.Text;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Tests.Commands;

public sealed class EventTests : HookctlTest
{
    private static readonly byte[] Odd = [.. "{ \"a\" :\t1.50 }\r\n"u8, 0xff, 0x00, .. "👩‍👧"u8];

    [Fact]
    public async Task Publish_EveryFlag_FillsTheRequest()
    {
        Server.Answer<PublishEventRequest>(r => new PublishEventResponse { Event = r.Event, DeliveryCount = 3 });

        (await RunAsync(
            "events", "publish", "--tenant", "acme", "--type", "message.new", "--data", "{ \"big\": 1e400 }", "--id", "e-1",
            "--idempotency-key", "k-1", "--ordering-key", "o-1", "--instance", "phone", "--content-type", "text/plain", "--label", "a=b")).Succeeded();

        Assert.Equal(
            new Event
            {
                TenantId = "acme",
                Type = "message.new",
                Payload = ByteString.CopyFromUtf8("{ \"big\": 1e400 }"),
                Id = "e-1",
                IdempotencyKey = "k-1",
                OrderingKey = "o-1",
                Instance = "phone",
                ContentType = "text/plain",
                Labels = { ["a"] = "b" },
            },
            Server.Single<PublishEventRequest>().Event);
    }

    [Fact]
    public async Task Publish_FileOrStdin_LeavesEveryByte()
    {
        Server.Answer<PublishEventRequest>(r => new PublishEventResponse { Event = r.Event });
        Stdin = Odd;

        (await RunAsync("events", "publish", "--type", "t", "--data", "@" + FileWith(Odd))).Succeeded();
        (await RunAsync("events publish --type t --data -")).Succeeded();
        (await RunAsync("events publish --type t")).Succeeded();

        Assert.Equal(3, Server.Calls.Count);
        Assert.All(Server.Requests.OfType<PublishEventRequest>(), r => Assert.Equal(Odd, r.Event.Payload.ToByteArray()));
    }

    [Theory]
    [InlineData("events publish --type t", "No payload")]
    [InlineData("events publish --data {}", "--type is required")]
    [InlineData("events publish --batch f --type t", "exclude")]
    [InlineData("events publish --type t --label a=1 --label a=2", "twice")]
    [InlineData("events publish --type t --data @/does/not/exist", "cannot be read")]
    public async Task Publish_WrongFlags_AreUsageErrors(string commandLine, string expected)
    {
        var run = await RunAsync(commandLine);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error);
        Assert.Empty(Server.Calls);
    }

    [Fact]
    public async Task PublishBatch_Lines_KeepTheirDataAsWritten()
    {
        AnswerBatches();
        var file = FileWith(
            "\uFEFF{\"type\":\"a\",\"data\": { \"x\" : [1.0, \"\\u00e9\"] } ,\"id\":\"1\",\"labels\":{\"k\":\"v\"}}\r\n"
            + "\n"
            + "{\"id\":\"2\",\"type\":\"b\",\"payload\":\"AP8=\",\"contentType\":\"application/octet-stream\",\"instance\":\"i\",\"orderingKey\":\"o\",\"tenantId\":\"other\"}");

        var run = (await RunAsync("events", "publish", "--tenant", "acme", "--batch", file, "--json")).Succeeded();

        Assert.Equal(2, run.Lines.Length);
        Assert.Equal(
            [
                new Event { TenantId = "acme", Type = "a", Id = "1", Payload = ByteString.CopyFromUtf8("{ \"x\" : [1.0, \"\\u00e9\"] }"), Labels = { ["k"] = "v" } },
                new Event
                {
                    TenantId = "other", Type = "b", Id = "2", Payload = ByteString.CopyFrom(0, 255), ContentType = "application/octet-stream",
                    Instance = "i", OrderingKey = "o",
                },
            ],
            Server.Single<BatchPublishEventsRequest>().Events);
    }

    [Fact]
    public async Task PublishBatch_ManyLines_AreCutIntoCalls()
    {
        AnswerBatches();
        Stdin = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 2500).Select(i => $"{{\"type\":\"t\",\"id\":\"{i}\",\"data\":{i}}}\n")));

        var run = (await RunAsync("events publish --batch - --json")).Succeeded();

        var batches = Server.Requests.OfType<BatchPublishEventsRequest>().ToList();
        Assert.Equal([1000, 1000, 500], batches.Select(b => b.Events.Count));
        Assert.Equal(Enumerable.Range(0, 2500).Select(i => $"{i}"), batches.SelectMany(b => b.Events).Select(e => e.Id));
        Assert.Equal(2500, run.Lines.Length);
    }

    [Fact]
    public async Task PublishBatch_LargeEvents_StayWithinTheServersLimit()
    {
        AnswerBatches();
        var line = $"{{\"type\":\"t\",\"data\":\"{new string('x', 200_000)}\"}}\n";
        Stdin = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(line, 50)));

        (await RunAsync("events publish --batch -")).Succeeded();

        Assert.All(Server.Requests, r => Assert.True(r.CalculateSize() <= 4 * 1024 * 1024));
        Assert.Equal(50, Server.Requests.OfType<BatchPublishEventsRequest>().Sum(b => b.Events.Count));
    }

    [Theory]
    [InlineData("{\"type\":\"t\"}", "Line 2 is not an event: it needs either data or payload")]
    [InlineData("[1]", "Line 2 is not an event: it is not a JSON object")]
    [InlineData("{\"type\":\"t\",\"data\":1,\"colour\":\"red\"}", "has no field \"colour\"")]
    [InlineData("{\"type\":\"t\",\"data\":1} x", "Line 2 is not an event")]
    [InlineData("{\"type\":5,\"data\":1}", "Line 2 is not an event")]
    [InlineData("{\"type\":\"t\",\"data\":", "Line 2 is not an event")]
    public async Task PublishBatch_WrongLine_PublishesNothing(string line, string expected)
    {
        Stdin = Encoding.UTF8.GetBytes($"{{\"type\":\"t\",\"data\":1}}\n{line}\n");

        var run = await RunAsync("events publish --batch -");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error);
        Assert.Empty(Server.Calls);
    }

    [Fact]
    public async Task Get_PayloadAlone_IsWrittenByteForByte()
    {
        Server.Answer<GetEventRequest>(r => new GetEventResponse { Event = new Event { Id = r.EventId, Payload = ByteString.CopyFrom(Odd) } });

        var run = (await RunAsync("events get e-1 --payload")).Succeeded();

        Assert.Equal(Odd, run.Bytes);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Erase_Ids_AreErasedOneByOneAndCountedTogether()
    {
        Server.Answer<EraseEventsRequest>(_ => new EraseEventsResponse { Count = 1 });

        var run = (await RunAsync("events erase e-1 e-2 --reason ticket")).Succeeded();

        Assert.Equal(["e-1", "e-2"], Server.Requests.OfType<EraseEventsRequest>().Select(request => request.EventId));
        Assert.All(Server.Requests.OfType<EraseEventsRequest>(), request => Assert.Equal("ticket", request.Reason));
        Assert.Equal("erased  2", Assert.Single(run.Lines));
    }

    [Fact]
    public async Task Erase_LabelsToCount_FillTheRequest()
    {
        Server.Answer<EraseEventsRequest>(_ => new EraseEventsResponse { Count = 7 });

        var run = (await RunAsync("events erase --tenant acme --label person=42 --dry-run")).Succeeded();

        Assert.Equal(
            new EraseEventsRequest { TenantId = "acme", Labels = { ["person"] = "42" }, ValidateOnly = true }, Server.Single<EraseEventsRequest>());
        Assert.Equal("found  7", Assert.Single(run.Lines));
    }

    [Theory]
    [InlineData("events erase")]
    [InlineData("events erase e-1 --all")]
    [InlineData("events erase --all --label a=b")]
    public async Task Erase_NotOneTarget_IsAUsageErrorAndErasesNothing(string command)
    {
        var run = await RunAsync(command);

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(Server.Calls);
    }

    [Fact]
    public async Task List_Filters_FillTheRequest()
    {
        Time.Now = DateTimeOffset.UnixEpoch.AddYears(80);
        (await RunAsync("events list --tenant - --event-type a.* --event-type b --instance i --created-after 1h --created-before 2049-12-31T23:30Z"))
            .Succeeded();

        Assert.Equal(
            new ListEventsRequest
            {
                TenantId = "-",
                PageSize = 50,
                EventTypes = { "a.*", "b" },
                Instance = "i",
                CreatedAfter = Timestamp.FromDateTimeOffset(Time.Now.Value.AddHours(-1)),
                CreatedBefore = Timestamp.FromDateTimeOffset(Time.Now.Value.AddMinutes(-30)),
            },
            Server.Single<ListEventsRequest>());
    }

    private void AnswerBatches() => Server.Answer<BatchPublishEventsRequest>(r => new BatchPublishEventsResponse
    {
        Results = { r.Events.Select(e => new PublishEventResponse { Event = new Event { Id = e.Id, Type = e.Type }, DeliveryCount = 1 }) },
    });
}
