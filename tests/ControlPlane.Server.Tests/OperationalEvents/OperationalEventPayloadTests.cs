using System.Text;
using ControlPlane.Server.OperationalEvents;
using ControlPlane.Storage;
using Google.Protobuf.Reflection;

namespace ControlPlane.Server.Tests.OperationalEvents;

/// <summary>The documented JSON, to the letter: receivers are written against it.</summary>
public sealed class OperationalEventPayloadTests
{
    private static readonly WebhookRecord Webhook = Records.Webhook() with
    {
        Name = "Orders",
        ExternalId = "shop-7",
        Url = "https://user-7.hooks.example.com:8443/in?token=secret",
    };

    private static readonly DeliveryRecord Delivery = Records.Delivery() with { AttemptCount = 9, Instance = "eu" };

    private static readonly AttemptRecord Attempt = new(
        10, DeliveryTrigger.Schedule, Records.Time, TimeSpan.FromSeconds(1), 503, FailureKind.HttpStatus, "told to come later", "", "");

    [Fact]
    public void Write_Suspended_AsDocumented() => AssertPayload(
        """
        {"type":"controlplane.webhook.suspended","timestamp":"2030-01-02T03:04:06+00:00","data":{"tenant_id":"default","webhook_id":"wh_1",
        "webhook_name":"Orders","webhook_external_id":"shop-7","webhook_host":"user-7.hooks.example.com","reason":"FAILING",
        "failing_since":"2030-01-02T03:04:05+00:00","delivery_id":"dlv_1","last_status_code":503,"last_failure":"HTTP_STATUS"}}
        """,
        new OperationalEvent.Suspended(Webhook with { StateReason = StateReason.Failing }, Delivery, Attempt, Records.Time));

    [Fact]
    public void Write_SuspendedAtOnce_HasNoTimeSinceWhenItFails()
    {
        var told = new OperationalEvent.Suspended(
            Webhook with { StateReason = StateReason.AddressBlocked },
            Delivery,
            Attempt with { StatusCode = 0, Failure = FailureKind.BlockedAddress },
            null);
        AssertPayload(
            """
            {"type":"controlplane.webhook.suspended","timestamp":"2030-01-02T03:04:06+00:00","data":{"tenant_id":"default",
            "webhook_id":"wh_1","webhook_name":"Orders","webhook_external_id":"shop-7","webhook_host":"user-7.hooks.example.com",
            "reason":"ADDRESS_BLOCKED","delivery_id":"dlv_1","last_status_code":0,"last_failure":"BLOCKED_ADDRESS"}}
            """,
            told);
    }

    [Fact]
    public void Write_Failing_AsDocumented() => AssertPayload(
        """
        {"type":"controlplane.webhook.failing","timestamp":"2030-01-02T03:04:06+00:00","data":{"tenant_id":"default","webhook_id":"wh_1",
        "webhook_name":"Orders","webhook_external_id":"shop-7","webhook_host":"user-7.hooks.example.com",
        "failing_since":"2030-01-02T03:04:05+00:00","suspend_time":"2030-01-07T03:04:05+00:00","delivery_id":"dlv_1",
        "last_status_code":503,"last_failure":"HTTP_STATUS"}}
        """,
        new OperationalEvent.Failing(Webhook, Delivery, Attempt, Records.Time, Records.Time.AddDays(5), 1));

    [Fact]
    public void Write_Recovered_AsDocumented() => AssertPayload(
        """
        {"type":"controlplane.webhook.recovered","timestamp":"2030-01-02T03:04:06+00:00","data":{"tenant_id":"default","webhook_id":"wh_1",
        "webhook_name":"Orders","webhook_external_id":"shop-7","webhook_host":"user-7.hooks.example.com",
        "failing_since":"2030-01-02T03:04:05+00:00"}}
        """,
        new OperationalEvent.Recovered(Webhook, Records.Time));

    [Fact]
    public void Write_CertificateExpiring_AsDocumented() => AssertPayload(
        """
        {"type":"controlplane.certificate.expiring","timestamp":"2030-01-02T03:04:06+00:00","data":{"tenant_id":"default",
        "webhook_id":"wh_1","webhook_name":"Orders","webhook_external_id":"shop-7","webhook_host":"user-7.hooks.example.com",
        "certificate":"CLIENT","certificate_expire_time":"2030-01-07T03:04:05+00:00"}}
        """,
        new OperationalEvent.CertificateExpiring(Webhook, Records.Time.AddDays(5), IsClients: true, 1));

    [Fact]
    public void Write_Resumed_AsDocumented() => AssertPayload(
        """
        {"type":"controlplane.webhook.resumed","timestamp":"2030-01-02T03:04:06+00:00","data":{"tenant_id":"default","webhook_id":"wh_1",
        "webhook_name":"Orders","webhook_external_id":"shop-7","webhook_host":"user-7.hooks.example.com","reason":"GONE"}}
        """,
        new OperationalEvent.Resumed(Webhook with { StateReason = StateReason.Gone }));

    [Fact]
    public void Write_Dead_AsDocumented() => AssertPayload(
        """
        {"type":"controlplane.delivery.dead","timestamp":"2030-01-02T03:04:06+00:00","data":{"tenant_id":"default","webhook_id":"wh_1",
        "webhook_name":"Orders","webhook_external_id":"shop-7","webhook_host":"user-7.hooks.example.com","delivery_id":"dlv_1",
        "event_id":"evt_1","event_type":"order.paid","instance":"eu","create_time":"2030-01-02T03:04:05+00:00",
        "end_reason":"ATTEMPTS_EXHAUSTED","attempt_count":10,"last_status_code":503,"last_failure":"HTTP_STATUS"}}
        """,
        new OperationalEvent.Dead(Webhook, Delivery, Attempt, EndReason.AttemptsExhausted));

    [Fact]
    public void Word_EveryReasonAndFailure_IsTheApisNameWithoutItsPrefix()
    {
        AssertWords<EndReason>(V1.DeliveryReflection.Descriptor, "EndReason", "END_REASON_");
        AssertWords<FailureKind>(V1.DeliveryReflection.Descriptor, "FailureKind", "FAILURE_KIND_");
        AssertWords<StateReason>(V1.WebhookReflection.Descriptor, "StateReason", "STATE_REASON_");
    }

    private static void AssertWords<T>(FileDescriptor file, string name, string prefix)
        where T : struct, Enum
    {
        var api = file.EnumTypes.Single(type => type.Name == name).Values.ToDictionary(value => value.Number, value => value.Name);
        Assert.All(
            Enum.GetValues<T>().Where(value => Convert.ToInt32(value, null) != 0),
            value => Assert.Equal(api[Convert.ToInt32(value, null)], prefix + OperationalEventPayload.Word(value)));
    }

    /// <summary>The expected text is broken between members for readers.</summary>
    private static void AssertPayload(string expected, OperationalEvent told) => Assert.Equal(
        expected.ReplaceLineEndings(""), Encoding.UTF8.GetString(OperationalEventPayload.Write(told, Records.Time.AddSeconds(1))));
}
