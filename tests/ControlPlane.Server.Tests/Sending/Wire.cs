using System.Net;
using System.Net.Sockets;
using System.Text;
using ControlPlane.Server.Sending;
using ControlPlane.Server.Webhooks.Dialects;
using ControlPlane.Signing;
using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Sending;

/// <summary>What really goes over a socket for one attempt.</summary>
internal sealed record Wire(IReadOnlyList<string> Lines, byte[] Body)
{
    public static DateTimeOffset Now { get; } = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123);

    /// <summary>The values of a header, in any case of its name.</summary>
    public IReadOnlyList<string> Header(string name) =>
    [
        .. Lines.Skip(1).Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
            .Select(line => line[(name.Length + 1)..].Trim(' ')),
    ];

    public string Text => Encoding.UTF8.GetString(Body);

    public VerificationResult Verify(Dialect dialect, params string[] secrets) =>
        new WebhookVerifier(secrets, dialect, Timeout.InfiniteTimeSpan).Verify(name => Header(name) is [var one] ? one : null, Body);

    public static async Task<Wire> SendAsync(WebhookRecord webhook, EventRecord source, params string[] secrets)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Assert.True(WebhookDialects.TryGet(webhook, out var dialects));
        var endpoint = new Endpoint(
            webhook with { Url = $"http://{listener.LocalEndpoint}/" },
            dialects,
            [.. secrets.Select((s, i) => (s, i == 0 ? (DateTimeOffset?)null : Now.AddHours(1)))],
            TimeSpan.FromSeconds(15));
        var delivery = new DeliveryRecord
        {
            Id = "dlv_1",
            EventId = source.Id,
            WebhookId = webhook.Id,
            TenantId = webhook.TenantId,
            EventType = source.Type,
            State = DeliveryState.InFlight,
            Trigger = DeliveryTrigger.Publish,
        };
        using var request = RequestBuilder.Build(endpoint, delivery, source, Now);
        using var client = new HttpMessageInvoker(new SocketsHttpHandler());
        var sent = client.SendAsync(request, TestContext.Current.CancellationToken);
        var wire = await ReadAsync(listener);
        using var response = await sent;
        return wire;
    }

    public static WebhookRecord Webhook(string dialect, string additional = "", CustomDialectRecord? custom = null) => new()
    {
        Id = "wh_1",
        TenantId = "default",
        Url = "",
        EventTypes = ["*"],
        Dialect = dialect,
        CustomDialect = custom,
        AdditionalDialect = additional,
        Secrets = [],
    };

    public static EventRecord Event(string type = "message.new", string instance = "", string payload = """{"a": 1.0e+2 }""") => new()
    {
        Id = "evt_1",
        TenantId = "default",
        Type = type,
        Instance = instance,
        Payload = Encoding.UTF8.GetBytes(payload),
        CreateTime = Now.AddSeconds(-5),
    };

    private static async Task<Wire> ReadAsync(TcpListener listener)
    {
        using var connection = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var stream = connection.GetStream();
        var received = new List<byte>();
        int end;
        while ((end = Encoding.Latin1.GetString([.. received]).IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
        {
            received.Add((byte)stream.ReadByte());
        }

        var lines = Encoding.Latin1.GetString([.. received.Take(end)]).Split("\r\n");
        var head = new Wire(lines, []);
        var body = new byte[int.Parse(head.Header("Content-Length").Single(), null)];
        await stream.ReadExactlyAsync(body, TestContext.Current.CancellationToken);
        await stream.WriteAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        return head with { Body = body };
    }
}
