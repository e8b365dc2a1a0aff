using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>
/// The content of a create request as bytes: equal exactly if the requests ask for the same. Maps have no order on the wire,
/// so they are sorted; fields that do not matter to a create are left out.
/// </summary>
internal static class CreateContentMapper
{
    private static readonly MessageParser<CreateWebhookRequest> Parser = CreateWebhookRequest.Parser.WithDiscardUnknownFields(true);

    public static byte[] ToBytes(CreateWebhookRequest request, string tenantId)
    {
        var content = Parser.ParseFrom(request.ToByteString());
        content.RequestId = "";
        content.ValidateOnly = false;
        var webhook = content.Webhook;
        webhook.TenantId = tenantId;
        webhook.Id = "";
        webhook.State = WebhookState.Unspecified;
        webhook.StateReason = StateReason.Unspecified;
        webhook.Secrets.Clear();
        webhook.ClientCertificate?.Certificates.Clear();
        webhook.Etag = "";
        webhook.Number = 0;
        webhook.CreateTime = null;
        webhook.UpdateTime = null;
        Sort(webhook.Headers);
        Sort(webhook.Labels);
        Sort(webhook.MatchLabels);
        return content.ToByteArray();
    }

    private static void Sort(MapField<string, string> map)
    {
        var entries = map.OrderBy(e => e.Key, StringComparer.Ordinal).ToList();
        map.Clear();
        foreach (var (key, value) in entries)
        {
            map.Add(key, value);
        }
    }
}
