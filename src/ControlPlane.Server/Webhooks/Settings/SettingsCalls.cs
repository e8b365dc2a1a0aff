using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Paging;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Storage;
using ControlPlane.V1;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>The calls that read and change the settings and secrets of webhooks.</summary>
internal sealed class SettingsCalls(
    WebhookQueries queries, WebhookDrafts drafts, WebhookCreation creation, WebhookChanges changes, WebhookDeletion deletion,
    WebhookUpserts upserts, TimeProvider clock)
{
    public async Task<CreateWebhookResponse> CreateAsync(CreateWebhookRequest request, Caller caller, Initiator by, CancellationToken cancellationToken)
    {
        var tenantId = caller.ResolveTenant(request.Webhook?.TenantId ?? "");
        var draft = await drafts.BeginNewAsync(tenantId, cancellationToken);
        var webhook = draft.Create(request);
        if (request.ValidateOnly)
        {
            var existing = await creation.ForeseeAsync(webhook, cancellationToken);
            return new() { Webhook = existing is null ? WebhookMapper.ToPreview(webhook) : Show(existing) };
        }

        var created = (await creation.CreateAsync(webhook, request.Secret, by, cancellationToken)).OrThrow();
        return new() { Webhook = Show(created.Webhook), Secret = created.Secret };
    }

    public async Task<GetWebhookResponse> GetAsync(GetWebhookRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var webhookId = FieldRules.RequireId("webhook_id", request.WebhookId);
        return new() { Webhook = Show(await queries.GetAsync(caller, webhookId, cancellationToken)) };
    }

    public async Task<ListWebhooksResponse> ListAsync(ListWebhooksRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        FieldRules.CheckId(violations, "tenant_id", request.TenantId);
        var paging = PageRequest.Read(request, request.PageSize, request.PageToken, violations);
        var filter = WebhookFilter.Read(request.Filter, violations);
        violations.ThrowIfAny();
        var tenantId = caller.ResolveListTenant(request.TenantId);
        var page = await BoundedPage.ReadAsync(
            paging,
            first: 32,
            (before, limit) => queries.ListAsync(caller, tenantId, filter, paging with { Before = before, Size = limit }, cancellationToken),
            Show);
        return new() { Webhooks = { page.Items }, NextPageToken = paging.Token(page.Next) };
    }

    public async Task<UpdateWebhookResponse> UpdateAsync(UpdateWebhookRequest request, Caller caller, Initiator by, CancellationToken cancellationToken)
    {
        var stored = await queries.GetWritableAsync(caller, WebhookValidator.AcceptId(request), cancellationToken);
        var draft = await drafts.BeginAsync(stored.TenantId, cancellationToken);
        WebhookRecord Change(WebhookRecord webhook, DateTimeOffset now) => draft.Change(request, webhook, now);
        if (request.ValidateOnly)
        {
            WebhookConflicts.RequireEtag(stored, request.Webhook.Etag);
            var changed = Change(stored, clock.GetStoreNow());
            await changes.ForeseeAsync(changed, cancellationToken);
            return new() { Webhook = Show(changed) };
        }

        var updated = await changes.UpdateAsync(stored, request.Webhook.Etag, Change, by, cancellationToken);
        return new() { Webhook = Show(updated.OrThrow().Webhook) };
    }

    public async Task<UpsertWebhookResponse> UpsertAsync(UpsertWebhookRequest request, Caller caller, Initiator by, CancellationToken cancellationToken)
    {
        var upserted = (await upserts.RunAsync(caller, by, request, cancellationToken)).OrThrow();
        return new() { Webhook = Show(upserted.Webhook), Secret = upserted.Secret, Created = upserted.Secret.Length > 0 };
    }

    public async Task<DeleteWebhookResponse> DeleteAsync(DeleteWebhookRequest request, Caller caller, Initiator by, CancellationToken cancellationToken)
    {
        WebhookValidator.Check(request);
        await deletion.DeleteAsync(await queries.GetAsync(caller, request.WebhookId, cancellationToken), request.Etag, by, cancellationToken);
        return new();
    }

    public async Task<RotateSecretResponse> RotateAsync(RotateSecretRequest request, Caller caller, Initiator by, CancellationToken cancellationToken)
    {
        var grace = WebhookValidator.Accept(request);
        var stored = await queries.GetWritableAsync(caller, request.WebhookId, cancellationToken);
        var rotation = new SecretRotation(request.Etag, request.Secret, (Storage.SignatureAlgorithm)request.SignatureAlgorithm, grace);
        var rotated = (await changes.RotateAsync(stored, rotation, by, cancellationToken)).OrThrow();
        return new() { Webhook = Show(rotated.Webhook), Secret = rotated.Secret };
    }

    private Webhook Show(WebhookRecord webhook) => WebhookMapper.ToProto(webhook, clock.GetStoreNow());
}
