using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Egress;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Egress.Trust;
using ControlPlane.Server.Sending;
using ControlPlane.Server.Webhooks.Dialects;
using ControlPlane.Storage;
using ControlPlane.Testing;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Tests.Sending;

/// <summary>A sender with a real way out, and receivers that it trusts.</summary>
internal sealed class SenderRig : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly EgressRig _egress;
    private readonly WebhookSender _sender;

    /// <param name="time">Measures deadlines and other bounds. Certificates are judged by it, too.</param>
    /// <param name="excerptTimeout">How long a body may take; the default is long, because only one that never ends needs a short one.</param>
    public SenderRig(TimeProvider? time = null, TimeSpan? excerptTimeout = null)
    {
        Certificate = _authority.Issue(EgressRig.Host);
        _egress = new EgressRig(time ?? TimeProvider.System, ("TrustedCertificates", _authority.BundlePath));
        _sender = new WebhookSender(
            _egress.Get<EgressInvoker>(),
            _egress.Get<ServerTrust>(),
            _egress.Get<RemoteAddressLedger>(),
            Options.Create(new SendingOptions { ExcerptTimeout = excerptTimeout ?? TimeSpan.FromSeconds(20) }),
            time ?? TimeProvider.System);
    }

    public X509Certificate2 Certificate { get; }

    public T Get<T>()
        where T : notnull => _egress.Get<T>();

    /// <summary>A receiver that speaks HTTP/1.1.</summary>
    public ScriptedReceiver Receive(Func<SslStream, int, Task> script) => new(Certificate, script, SslApplicationProtocol.Http11);

    /// <summary>A receiver that speaks HTTP/2.</summary>
    public ScriptedReceiver ReceiveHttp2(Func<Http2Peer, int, Task> script) =>
        new(Certificate, (connection, number) => script(new(connection), number), SslApplicationProtocol.Http2);

    public Task<AttemptOutcome> SendAsync(int port, string pathAndQuery = "/", string payload = """{"a":1}""")
    {
        var webhook = Wire.Webhook("standard-webhooks") with { Url = $"https://{EgressRig.Host}:{port}{pathAndQuery}" };
        Assert.True(WebhookDialects.TryGet(webhook, out var dialects));
        var endpoint = new Endpoint(
            webhook, dialects, [("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", null)], TimeSpan.FromSeconds(30));
        var delivery = new DeliveryRecord
        {
            Id = "dlv_1",
            EventId = "evt_1",
            WebhookId = webhook.Id,
            TenantId = webhook.TenantId,
            EventType = "message.new",
            State = DeliveryState.InFlight,
            Trigger = DeliveryTrigger.Publish,
        };
        return _sender.SendAsync(endpoint, delivery, Wire.Event(payload: payload), TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        _egress.Dispose();
        Certificate.Dispose();
        _authority.Dispose();
    }
}
