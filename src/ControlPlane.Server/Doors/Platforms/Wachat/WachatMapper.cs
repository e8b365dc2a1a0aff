using System.Text.RegularExpressions;
using ControlPlane.Server.Catalog;
using ControlPlane.V1;

namespace ControlPlane.Server.Doors.Platforms.Wachat;

/// <summary>Between Wachat's webhooks and those of this API.</summary>
internal static partial class WachatMapper
{
    private const string Dialect = "wachat";
    private const string EveryEvent = "*";

    /// <summary>What <c>events</c> can have.</summary>
    private static readonly IReadOnlyList<string> Events =
        [EveryEvent, .. BuiltInEventTypes.All.Where(type => type.Dialect == Dialect).Select(type => type.Name)];

    /// <summary>A new webhook; what is not said has its default.</summary>
    public static Webhook ToNew(BodyFields body)
    {
        var webhook = new Webhook { Dialect = Dialect, Enabled = true, EventTypes = { EveryEvent } };
        Read(body, webhook);
        return webhook;
    }

    /// <summary>A change of the fields that are there, and their paths; one that is null becomes its default.</summary>
    public static (Webhook Change, IReadOnlyList<string> Paths) ToChange(BodyFields body)
    {
        var webhook = new Webhook { Enabled = true, EventTypes = { EveryEvent } };
        return (webhook, Read(body, webhook));
    }

    /// <summary>The caller's own secret; empty if there is none.</summary>
    public static string Secret(BodyFields body) => body.Text("secret") ?? "";

    /// <summary>A webhook as it is shown.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="secret">The secret that was made for it just now; empty shows the mask of the current one.</param>
    public static WachatWebhook ToJson(Webhook webhook, string secret = "") => new(
        webhook.Number,
        webhook.Name,
        webhook.Url,
        webhook.EventTypes,
        webhook.Enabled,
        secret.Length > 0 ? secret : webhook.Secrets.FirstOrDefault()?.Hint,
        webhook.Instances.Count > 0 ? ToInstance(webhook.Instances[0]) : null,
        PlatformTimes.Milliseconds(webhook.CreateTime),
        PlatformTimes.Milliseconds(webhook.UpdateTime));

    private static List<string> Read(BodyFields body, Webhook webhook)
    {
        var paths = new List<string>();
        webhook.Url = body.Text("url") ?? "";
        webhook.Name = body.Text("name") ?? "";
        webhook.Enabled = body.Flag("enabled") ?? webhook.Enabled;
        if (body.Texts("events") is { } events)
        {
            webhook.EventTypes.Clear();
            webhook.EventTypes.Add(events);
            foreach (var (i, name) in events.Index().Where(entry => !Events.Contains(entry.Item)))
            {
                body.Note($"events[{i}]", "EVENT_TYPE_UNKNOWN", $"must be one of {string.Join(", ", Events)}");
            }
        }

        if (body.Text("instanceName") is { Length: > 0 } instance)
        {
            webhook.Instances.Add(instance);
        }

        foreach (var (theirs, ours) in ((string, string)[])
            [("url", "url"), ("name", "name"), ("events", "event_types"), ("enabled", "enabled"), ("instanceName", "instances")])
        {
            if (body.Has(theirs))
            {
                paths.Add(ours);
            }
        }

        return paths;
    }

    private static WachatInstance ToInstance(string name)
    {
        var chosen = Prefix().Replace(name, "");
        return new(chosen, chosen, name, name);
    }

    [GeneratedRegex(@"^t\d+_[A-Za-z0-9]{8}_(?=.)")]
    private static partial Regex Prefix();
}
