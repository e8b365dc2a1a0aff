using System.Text.Json.Nodes;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>Fields that several requests and answers of Svix's API have.</summary>
internal static class SvixBodies
{
    /// <summary>The label by which events and webhooks match for their channels.</summary>
    public const string Channels = "channels";

    /// <summary>An id of the caller's.</summary>
    public static string? Uid(BodyFields body, string name)
    {
        var uid = body.Text(name);
        if (uid is not null && !SvixCall.IsUid(uid))
        {
            body.Note(name, "ID_INVALID", SvixText.UidRule);
        }

        return uid;
    }

    public static Dictionary<string, string> Metadata(BodyFields body) =>
        body.Map("metadata")?.ToDictionary(entry => entry.Key, entry => entry.Value!) ?? [];

    /// <summary>The channels of a message or an endpoint, as the value of a label; null for none.</summary>
    public static string? ReadChannels(BodyFields body, int most)
    {
        if (body.Texts(Channels) is not { } channels)
        {
            return null;
        }

        if (channels.Count == 0 || channels.Count > most)
        {
            body.Note(Channels, "COUNT_OUT_OF_RANGE", $"must have 1 to {most} entries, or be null");
        }

        foreach (var (i, channel) in channels.Index())
        {
            if (channel.Length > 128 || !SvixCall.IsUid(channel))
            {
                body.Note($"{Channels}[{i}]", "CHANNEL_INVALID", "must be 1 to 128 letters, digits, \"-\", \"_\" and \".\"");
            }
        }

        return string.Join(',', channels.Distinct(StringComparer.Ordinal));
    }

    /// <summary>Channels as a list; null for none.</summary>
    public static JsonArray? ShowChannels(IDictionary<string, string> labels) =>
        labels.TryGetValue(Channels, out var channels) ? [.. channels.Split(',').Select(channel => (JsonNode)channel)] : null;

    public static JsonObject Show(IEnumerable<KeyValuePair<string, string>> map) =>
        new(map.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));

    /// <summary>A time; noted if it is none of RFC 3339.</summary>
    public static DateTimeOffset? Time(BodyFields body, string name)
    {
        if (body.Text(name) is not { } text)
        {
            return null;
        }

        var time = Rfc3339.Read(text);
        if (time is null)
        {
            body.Note(name, "WRONG_TYPE", Rfc3339.Rule);
        }

        return time;
    }

    /// <summary>Refuses a field of Svix's that cannot be kept here, unless it says what holds anyway.</summary>
    public static void NotTaken(this BodyFields body, string name, string why)
    {
        if (body.IsSet(name))
        {
            body.Note(name, "NOT_SUPPORTED", why);
        }
    }
}
