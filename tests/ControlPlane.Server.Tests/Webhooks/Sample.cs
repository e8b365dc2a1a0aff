using ControlPlane.Egress.Policy;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Webhooks.Settings;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Tests.Webhooks;

/// <summary>Requests that are right, to be made wrong in one place.</summary>
internal static class Sample
{
    public static UrlPolicy Urls { get; } = Policy();

    public static WebhookValidator Validator { get; } = new(Urls, TimeProvider.System);

    /// <summary>The least that can be created.</summary>
    public static Webhook Webhook(Action<Webhook>? change = null)
    {
        var webhook = new Webhook { Url = "https://example.com/hook", EventTypes = { "message.new" } };
        change?.Invoke(webhook);
        return webhook;
    }

    /// <summary>Every setting at a value that is not its default.</summary>
    public static Webhook Full() => Webhook(w =>
    {
        w.Name = "Größe 日本 🎉";
        w.Url = "https://example.com:8443/hook?token=abc&x=1";
        w.EventTypes.Add(["call.*", "*"]);
        w.Instances.Add(["phone-1", "phone 2"]);
        w.Enabled = true;
        w.Dialect = "stripe";
        w.AdditionalDialect = "github";
        // Those dialects have no other.
        w.SignatureAlgorithm = SignatureAlgorithm.Dialect;
        w.RetryPolicy = new()
        {
            Exponential = new() { Initial = Seconds(1.5), Multiplier = 1.5, Max = Seconds(3600) },
            MaxAttempts = 7,
            Jitter = 0.25,
            NonRetryableStatuses = { 400, 404 },
            MaxAge = Seconds(86_400),
        };
        w.Headers.Add("X-Team", "one\ttwo three");
        w.Headers.Add("Authorization", "Bearer abc");
        w.Timeout = Seconds(7.25);
        w.MaxInFlight = 3;
        w.MaxRatePerSecond = 0.5;
        w.HeadOfLine = HeadOfLine.Park;
        w.WhileSuspended = WhileInactive.Skip;
        w.WhileDisabled = WhileInactive.Hold;
        w.Labels.Add("team", "blue");
        w.MatchLabels.Add("region", "eu,us");
        w.Filter = "event.payload.amount > 1";
        w.OnFilterError = OnFilterError.Skip;
        w.Description = "Two\nlines\tand a tab";
        w.ExternalId = "ext-1";
    });

    public static Duration Seconds(double seconds) => Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds));

    /// <summary>The violations of a create, as <c>field REASON</c>.</summary>
    public static IReadOnlyList<string> ViolationsOf(Action<CreateWebhookRequest> change)
    {
        var request = new CreateWebhookRequest { Webhook = Webhook() };
        change(request);
        try
        {
            Validator.Accept(request);
            return [];
        }
        catch (RequestException refusal)
        {
            return [.. RpcErrors.Of(refusal.ToRpcException()).Violations()];
        }
    }

    private static UrlPolicy Policy()
    {
        Assert.True(PortSet.TryParse("443, 1024-65535", out var ports, out _));
        return new(new AddressPolicy([], new OwnListeners(() => [])), ports);
    }
}
