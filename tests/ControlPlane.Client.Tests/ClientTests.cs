using ControlPlane.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Client.Tests;

public sealed class ClientTests
{
    private const string Key = "cpk_0123456789abcdefghijklmnopqrstuvwxyz";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PublishEvent_AnswerLost_IsRepeatedAsTheSamePublish()
    {
        await using var server = await AskedServer.StartAsync(failures: 2);
        using var client = Connect(server);
        var request = new PublishEventRequest { Event = Hello() };

        await client.Events.PublishEventAsync(request, cancellationToken: Cancelled);
        await client.Events.PublishEventAsync(request, cancellationToken: Cancelled);

        var keys = server.Calls.Select(call => ((PublishEventRequest)call.Request).Event.IdempotencyKey).ToList();
        Assert.Equal(4, keys.Count);
        Assert.Single(keys.Take(3).Distinct());
        // Published once more by the caller it is another event: the key is not left in the caller's message.
        Assert.NotEqual(keys[0], keys[3]);
        Assert.Equal("", request.Event.IdempotencyKey);
    }

    [Fact]
    public async Task BatchPublishEvents_KeepsTheNamesThatEventsHave()
    {
        await using var server = await AskedServer.StartAsync(failures: 1);
        using var client = Connect(server);
        var (named, keyed) = (Hello(), Hello());
        (named.Id, keyed.IdempotencyKey) = ("mine", "my-key");

        await client.Events.BatchPublishEventsAsync(new() { Events = { named, keyed, Hello(), Hello() } }, cancellationToken: Cancelled);

        var batches = server.Calls.Select(call => ((BatchPublishEventsRequest)call.Request).Events).ToList();
        Assert.Equal(batches[0], batches[1]);
        Assert.Equal([("mine", ""), ("", "my-key")], batches[0].Take(2).Select(each => (each.Id, each.IdempotencyKey)));
        Assert.Equal(2, batches[0].Skip(2).Select(each => each.IdempotencyKey).Where(key => key.Length > 0).Distinct().Count());
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, 4, 4)]
    [InlineData(StatusCode.Unavailable, 1, 1)]
    [InlineData(StatusCode.ResourceExhausted, 4, 1)]
    public async Task GetWebhook_ThatFails_IsRepeatedAsOftenAsItMay(StatusCode status, int maxAttempts, int expected)
    {
        await using var server = await AskedServer.StartAsync(failures: 10);
        server.Status = status;
        using var client = Connect(server, options => options.MaxAttempts = maxAttempts);

        var error = await Assert.ThrowsAsync<RpcException>(async () => await client.Webhooks.GetWebhookAsync(new(), cancellationToken: Cancelled));

        Assert.Equal((status, expected), (error.StatusCode, server.Calls.Count));
    }

    [Fact]
    public async Task CreateWebhook_ThatFails_IsMadeOnce()
    {
        await using var server = await AskedServer.StartAsync(failures: 10);
        using var client = Connect(server);

        await Assert.ThrowsAsync<RpcException>(async () => await client.Webhooks.CreateWebhookAsync(new(), cancellationToken: Cancelled));

        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task Calls_CarryTheKeyAndADeadline()
    {
        await using var server = await AskedServer.StartAsync(failures: 0);
        using var client = Connect(server);
        var own = TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(1);

        await client.Webhooks.GetWebhookAsync(new(), cancellationToken: Cancelled);
        await client.Webhooks.GetWebhookAsync(new(), deadline: own, cancellationToken: Cancelled);
        using var endless = Connect(server, options => options.Timeout = null);
        await endless.Webhooks.GetWebhookAsync(new(), cancellationToken: Cancelled);

        Assert.All(server.Calls, call => Assert.Equal($"Bearer {Key}", call.Authorization));
        Assert.Equal(
            [true, false, false], server.Calls.Select(call => call.Deadline < own.AddHours(-1)));
        Assert.Equal(DateTime.MaxValue, server.Calls.Last().Deadline);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1", "k", 1, 4)]
    [InlineData("http://127.0.0.1/path", "k", 1, 4)]
    [InlineData("http://user@127.0.0.1", "k", 1, 4)]
    [InlineData("http://127.0.0.1", "k\n", 1, 4)]
    [InlineData("http://127.0.0.1", "k", 0, 4)]
    [InlineData("http://127.0.0.1", "k", 1, 0)]
    [InlineData("http://127.0.0.1", "k", 1, 6)]
    public void Options_ThatCannotBeUsed_AreRefused(string address, string key, int seconds, int attempts) =>
        Assert.ThrowsAny<ArgumentException>(() => new ControlPlaneClient(new ClientOptions
        {
            Address = new Uri(address),
            Key = key,
            Timeout = TimeSpan.FromSeconds(seconds),
            MaxAttempts = attempts,
        }));

    private static ControlPlaneClient Connect(AskedServer server, Action<ClientOptions>? configure = null)
    {
        var options = new ClientOptions { Address = server.Address, Key = Key };
        configure?.Invoke(options);
        return new ControlPlaneClient(options);
    }

    private static Event Hello() => new() { Type = "message.new", Payload = ByteString.CopyFromUtf8("{}") };
}
