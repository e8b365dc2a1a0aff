using System.Globalization;
using ControlPlane.Server.Webhooks.Retries;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using RetrySchedule = ControlPlane.Server.Webhooks.Retries.RetrySchedule;

namespace ControlPlane.Server.Doors.Platforms.Wawp;

/// <summary>Between Wawp's webhooks and those of this API.</summary>
internal static class WawpMapper
{
    private const string Name = "wawp";
    private const long DefaultDelay = 2;
    private const long DefaultAttempts = 15;

    /// <summary>
    /// The webhook as the request describes it, and the paths of what it describes. What is not said has its default, besides the name.
    /// </summary>
    public static (Webhook Webhook, IReadOnlyList<string> Paths) Read(BodyFields body)
    {
        body.Require("instance_id");
        body.Require("url");
        body.Require("events");
        var paths = new List<string> { "event_types", "enabled", "retry_policy" };
        var webhook = new Webhook
        {
            Url = body.Text("url") ?? "",
            EventTypes = { body.Texts("events") ?? [] },
            Instances = { body.Text("instance_id") ?? "" },
            Name = body.Text("name") ?? "",
            Enabled = body.Integer("is_active", 0, 1) != 0,
            Dialect = Name,
            RetryPolicy = ReadRetries(body),
        };
        if (body.Has("name"))
        {
            paths.Add("name");
        }

        return (webhook, paths);
    }

    public static WawpWebhook ToJson(Webhook webhook) => new(
        webhook.Url,
        webhook.EventTypes.Index().ToDictionary(entry => entry.Index.ToString(CultureInfo.InvariantCulture), entry => entry.Item),
        webhook.Enabled ? 1 : 0,
        webhook.Enabled,
        ToRetries(webhook.RetryPolicy));

    private static RetryPolicy ReadRetries(BodyFields body)
    {
        var retries = body.Object("retries");
        var delay = retries?.Integer("delay", 1, (long)RetryLimits.LongestDelay.TotalSeconds) ?? DefaultDelay;
        var attempts = retries?.Integer("attempts", 0, RetryLimits.Attempts - 1) ?? DefaultAttempts;
        retries?.End();
        return (delay, attempts) is (DefaultDelay, DefaultAttempts)
            ? new() { Preset = Name }
            : new() { Fixed = new() { Delay = new Duration { Seconds = delay } }, MaxAttempts = (int)attempts + 1 };
    }

    /// <summary>Of a policy that this platform does not have, the first delay is shown.</summary>
    private static WawpRetries ToRetries(RetryPolicy? policy)
    {
        var delays = RetrySchedule.Of(policy is null ? null : RetryPolicyMapper.ToRecord(policy)).Delays;
        var first = policy?.Fixed?.Delay.ToTimeSpan() ?? (delays.Count > 0 ? delays[0] : TimeSpan.Zero);
        return new(first.TotalSeconds, delays.Count);
    }
}
