using System.Runtime.CompilerServices;
using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Webhooks;
using ControlPlane.Server.Webhooks.Settings;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Webhook = ControlPlane.V1.Webhook;
using WebhookState = ControlPlane.V1.WebhookState;

namespace ControlPlane.Server.Doors.Platforms;

/// <summary>The webhooks of the account that calls a platform's API: the tenant of its key, whoever made them.</summary>
internal sealed class PlatformWebhooks(DoorCalls calls, WebhookGrpcService webhooks, WebhookCatalog catalog, TimeProvider clock)
{
    private const int MostTries = 5;
    private const int PageSize = 200;

    /// <summary>Refuses a new webhook that something is wrong with already, and says what else is.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT; PERMISSION_DENIED; RESOURCE_EXHAUSTED.</exception>
    public async Task CheckAsync(HttpContext context, Webhook webhook, string secret, Violations noted)
    {
        if (!noted.Any)
        {
            return;
        }

        try
        {
            var request = new CreateWebhookRequest { Webhook = webhook, Secret = secret, ValidateOnly = true };
            await calls.CallAsync(context, webhooks.CreateWebhook, request);
        }
        catch (RequestException e) when (e.FieldViolations.Count > 0)
        {
            foreach (var wrong in e.FieldViolations)
            {
                noted.Add(wrong.Field, wrong.Reason, wrong.Description);
            }
        }

        noted.ThrowIfAny();
    }

    public Task<CreateWebhookResponse> CreateAsync(HttpContext context, Webhook webhook, string secret) =>
        calls.CallAsync(context, webhooks.CreateWebhook, new CreateWebhookRequest { Webhook = webhook, Secret = secret });

    /// <summary>Creates a webhook, unless another call has made one with its URL and instances meanwhile, which then is replaced.</summary>
    public async Task<Webhook> CreateAtUrlAsync(HttpContext context, Webhook webhook, string secret) => (await calls.CallAsync(
        context, webhooks.UpsertWebhook, new UpsertWebhookRequest { Webhook = webhook, Url = webhook.Url, Secret = secret })).Webhook;

    public async Task<Webhook> GetAsync(HttpContext context, string webhookId) =>
        (await calls.CallAsync(context, webhooks.GetWebhook, new GetWebhookRequest { WebhookId = webhookId })).Webhook;

    /// <summary>All of them, newest first, or those that listen to one instance by its name.</summary>
    public async IAsyncEnumerable<Webhook> ListAsync(
        HttpContext context, string instance = "", [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new ListWebhooksRequest { PageSize = PageSize, Filter = instance.Length > 0 ? $"instance = {Quote(instance)}" : "" };
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = await calls.CallAsync(context, webhooks.ListWebhooks, request);
            foreach (var webhook in page.Webhooks)
            {
                yield return webhook;
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    /// <summary>Returns the id of the webhook with a number.</summary>
    /// <exception cref="RequestException">NOT_FOUND.</exception>
    public async Task<string> RequireIdAsync(HttpContext context, string number) =>
        (long.TryParse(number, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var wanted)
            ? await FindIdAsync(context, webhook => webhook.Number == wanted)
            : null)
        ?? throw RequestErrors.NotFound("webhook", number);

    /// <summary>Makes sure that the account has a webhook.</summary>
    /// <exception cref="RequestException">NOT_FOUND.</exception>
    public async Task RequireAsync(HttpContext context, string webhookId)
    {
        if ((await ReadAsync(context))?.Find(webhookId) is null)
        {
            throw RequestErrors.NotFound("webhook", webhookId);
        }
    }

    /// <summary>Returns the id of the account's oldest webhook that fits, or null.</summary>
    public async Task<string?> FindIdAsync(HttpContext context, Predicate<WebhookRecord> fits) =>
        (await ReadAsync(context))?.Webhooks.FirstOrDefault(webhook => fits(webhook))?.Id;

    /// <summary>Changes the fields of a webhook that are named, and its secret too if there is one, all or nothing.</summary>
    /// <param name="context">The request.</param>
    /// <param name="change">The id and the new values.</param>
    /// <param name="paths">Which fields to change.</param>
    /// <param name="secret">The secret that it is to sign with; empty to keep its own.</param>
    public async Task<Webhook> ChangeAsync(HttpContext context, Webhook change, IReadOnlyList<string> paths, string secret = "")
    {
        if (secret.Length == 0)
        {
            // An empty mask would mean every field that is set.
            return paths.Count == 0
                ? await GetAsync(context, change.Id)
                : (await calls.CallAsync(
                    context, webhooks.UpdateWebhook, new UpdateWebhookRequest { Webhook = change, UpdateMask = new() { Paths = { paths } } })).Webhook;
        }

        for (var tries = 1; ; tries++)
        {
            var request = new UpsertWebhookRequest { Webhook = await MergeAsync(context, change, paths), WebhookId = change.Id, Secret = secret };
            try
            {
                return (await calls.CallAsync(context, webhooks.UpsertWebhook, request)).Webhook;
            }
            catch (RequestException e) when (e.Reason == "ETAG_MISMATCH" && tries < MostTries)
            {
                // Somebody changed it in between.
            }
        }
    }

    public Task DeleteAsync(HttpContext context, string webhookId) =>
        calls.CallAsync(context, webhooks.DeleteWebhook, new DeleteWebhookRequest { WebhookId = webhookId });

    public Task<RotateSecretResponse> RotateAsync(HttpContext context, string webhookId) =>
        calls.CallAsync(context, webhooks.RotateSecret, new RotateSecretRequest { WebhookId = webhookId });

    /// <summary>Sends a test event; a receiver that fails is no error.</summary>
    public async Task<Delivery> TestAsync(HttpContext context, string webhookId) =>
        (await calls.CallAsync(context, webhooks.TestWebhook, new TestWebhookRequest { WebhookId = webhookId })).Delivery;

    /// <summary>The whole webhook as the change makes it. With its etag, so that nothing is lost that others change meanwhile.</summary>
    private async Task<Webhook> MergeAsync(HttpContext context, Webhook change, IReadOnlyList<string> paths)
    {
        var stored = (await ReadAsync(context))?.Find(change.Id) ?? throw RequestErrors.NotFound("webhook", change.Id);
        var merged = WebhookMapper.ToProto(stored, clock.GetStoreNow());
        // One that the server suspended is enabled again by its owner, who gives it a new secret.
        merged.Enabled = merged.State != WebhookState.Disabled;
        new FieldMask { Paths = { paths } }.Merge(change, merged, new() { ReplaceRepeatedFields = true, ReplaceMessageFields = true });
        return merged;
    }

    private Task<TenantCatalog?> ReadAsync(HttpContext context) =>
        catalog.RefreshAsync(Admission.Of(context)!.Caller.ResolveTenant(""), context.RequestAborted);

    private static string Quote(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
