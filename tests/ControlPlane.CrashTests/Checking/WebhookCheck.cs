using ControlPlane.CrashTests.Load;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.CrashTests.Checking;

/// <summary>The webhooks are exactly those that were acknowledged, as they were last changed.</summary>
internal static class WebhookCheck
{
    public static async Task RunAsync(Evidence evidence, Clients clients)
    {
        var listed = new Dictionary<string, Webhook>();
        var request = new ListWebhooksRequest();
        do
        {
            var page = await clients.Webhooks.ListWebhooksAsync(request);
            foreach (var webhook in page.Webhooks)
            {
                listed[webhook.Id] = webhook;
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        foreach (var known in evidence.Ledger.Webhooks)
        {
            var found = listed.Remove(known.Id, out var webhook) ? webhook : null;
            evidence.Violations.Unless(
                known.Latest.Exists ? found is not null && Changing.Matches(found, known.Latest) : found is null,
                $"Webhook {known.RequestId} ({known.Id}) was acknowledged as {known.Latest} and is {found}");
        }

        foreach (var webhook in listed.Values)
        {
            evidence.Violations.Add($"Nobody created {webhook}");
        }
    }
}
