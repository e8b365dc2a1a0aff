using System.Text.Json.Nodes;
using ControlPlane.V1;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>An endpoint of Svix's and a webhook of this API.</summary>
internal static class SvixEndpoint
{
    public const string Dialect = "svix";

    private const int MostChannels = 10;
    private const int FastestRate = ushort.MaxValue;
    private const string Everything = "*";

    /// <summary>The fields that an update is about: their names here and in Svix's API, where some have an older one too.</summary>
    public static IReadOnlyList<(string Own, string[] Names)> Fields { get; } =
    [
        ("url", ["url"]),
        ("description", ["description"]),
        ("external_id", ["uid"]),
        ("enabled", ["disabled"]),
        ("event_types", ["eventTypes", "filterTypes"]),
        ("match_labels", [SvixBodies.Channels]),
        ("labels", ["metadata"]),
        ("max_rate_per_second", ["throttleRate", "rateLimit"]),
    ];

    /// <summary>Reads the fields of an endpoint.</summary>
    public static Webhook Read(BodyFields body, bool isPatch = false)
    {
        if (!isPatch)
        {
            body.Require("url");
        }

        var types = body.Texts(Either(body, "eventTypes", "filterTypes"));
        if (types is { Count: 0 })
        {
            body.Note("eventTypes", "EMPTY", "must have at least one entry, or be null");
        }

        var webhook = new Webhook
        {
            Url = body.Text("url") ?? "",
            Description = body.Text("description") ?? "",
            ExternalId = SvixBodies.Uid(body, "uid") ?? "",
            Enabled = !(body.Flag("disabled") ?? false),
            EventTypes = { types ?? [Everything] },
            MaxRatePerSecond = body.Integer(Either(body, "throttleRate", "rateLimit"), 1, FastestRate) ?? 0,
        };
        webhook.Labels.Add(SvixBodies.Metadata(body));
        if (SvixBodies.ReadChannels(body, MostChannels) is { } channels)
        {
            webhook.MatchLabels.Add(SvixBodies.Channels, channels);
        }

        // Kept by Svix for clients of old; it says nothing.
        body.Integer("version", 1, FastestRate);
        return webhook;
    }

    /// <summary>Adds to an update what Svix has no field for: the labels that the webhook asks for besides channels.</summary>
    public static void KeepOthers(Webhook update, Webhook stored)
    {
        foreach (var (key, value) in stored.MatchLabels.Where(label => label.Key != SvixBodies.Channels))
        {
            update.MatchLabels.Add(key, value);
        }
    }

    /// <summary>Reads a secret of the caller's own; empty for none.</summary>
    public static string ReadSecret(BodyFields body, string name) => body.Text(name) ?? "";

    public static JsonObject Show(Webhook webhook)
    {
        var shown = ShowCommon(webhook);
        shown["metadata"] = SvixBodies.Show(webhook.Labels);
        return shown;
    }

    /// <summary>What an endpoint shows wherever it stands.</summary>
    public static JsonObject ShowCommon(Webhook webhook)
    {
        var rate = webhook.MaxRatePerSecond > 0 ? (int?)Math.Clamp(Math.Ceiling(webhook.MaxRatePerSecond), 1, FastestRate) : null;
        var types = webhook.EventTypes.Contains(Everything) ? null : webhook.EventTypes;
        return new()
        {
            ["description"] = webhook.Description,
            ["rateLimit"] = rate,
            ["throttleRate"] = rate,
            ["uid"] = webhook.ExternalId.Length > 0 ? webhook.ExternalId : null,
            ["url"] = webhook.Url,
            ["version"] = 1,
            ["disabled"] = webhook.State != WebhookState.Active,
            ["eventTypes"] = List(types),
            ["filterTypes"] = List(types),
            ["channels"] = SvixBodies.ShowChannels(webhook.MatchLabels),
            ["createdAt"] = SvixText.Time(webhook.CreateTime),
            ["updatedAt"] = SvixText.Time(webhook.UpdateTime),
            ["id"] = webhook.Id,
        };
    }

    private static JsonArray? List(IEnumerable<string>? texts) => texts is null ? null : [.. texts.Select(text => (JsonNode)text)];

    /// <summary>The one of two names for the same field that is there.</summary>
    private static string Either(BodyFields body, string name, string older)
    {
        if (body.Has(older) && body.Has(name))
        {
            // Asked for, so that it is not noted as unknown too.
            body.IsSet(name);
            body.Note(older, "FIELD_TWICE", $"is the older name of {name}, which is there too");
        }

        return body.Has(older) ? older : name;
    }
}
