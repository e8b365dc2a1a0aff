using System.Collections.Frozen;

namespace ControlPlane.Server.Catalog;

/// <summary>An event type that a dialect's system is documented to send, or (with no dialect) that this server sends.</summary>
internal sealed record BuiltInEventType(string Dialect, string Name, string Description = "");

/// <summary>
/// The catalogues of the dialects' systems, as their documentation lists them. Its words are kept; where a table has categories
/// instead, the category is the description. The server's own operational types come last.
/// </summary>
internal static class BuiltInEventTypes
{
    public static readonly IReadOnlyList<BuiltInEventType> All =
    [
        .. Of("wachat", "", "messages.upsert", "messages.update", "contacts.update", "chats.update", "qrcode.updated", "connection.update"),
        .. Of("gowa", "", "message.received", "connection.connected"),
        .. Of(
            "wawp", "Messages", "message", "message.any", "message.ack", "message.ack.group", "message.waiting", "message.revoked",
            "message.edited", "message.reaction", "poll.vote", "poll.vote.failed"),
        .. Of(
            "wawp", "Groups", "group.join", "group.leave", "group.v2.join", "group.v2.leave", "group.v2.update", "group.v2.participants"),
        .. Of(
            "wawp", "Session & Calls", "session.status", "state.change", "presence.update", "chat.archive", "call.received",
            "call.accepted", "call.rejected"),
        .. Of("wawp", "Labels", "label.upsert", "label.deleted", "label.chat.added", "label.chat.deleted"),
        .. Of("wawp", "Advanced", "event.response"),
        new("wazapin", "message.new", "New message in a conversation (inbound from a contact, or certain outbound echoes)."),
        new("wazapin", "message.sent", "Outbound message sent from your workspace."),
        new("wazapin", "message.status_update", "Delivery/read/failed status changed for a sent message."),
        new("wazapin", "conversation.updated", "Conversation metadata changed (assignment, status, preview, etc.)."),
        new("wazapin", "contact.updated", "Contact profile linked to conversations updated."),
        new("wazapin", "template.status_update", "WhatsApp template approval status changed."),
        new("wahooks", "message", "New incoming message"),
        new("wahooks", "message.any", "Any message (incoming and outgoing)"),
        new("wahooks", "message.ack", "Message delivery/read receipt"),
        new("wahooks", "session.status", "Session status change (WORKING, FAILED, etc.)"),
        new("wahooks", "presence.update", "Contact online/typing status"),
        .. OperationalTypes.All,
    ];

    public static readonly FrozenSet<string> Names = All.Select(type => type.Name).ToFrozenSet(StringComparer.Ordinal);

    private static IEnumerable<BuiltInEventType> Of(string dialect, string description, params IEnumerable<string> names) =>
        names.Select(name => new BuiltInEventType(dialect, name, description));
}
