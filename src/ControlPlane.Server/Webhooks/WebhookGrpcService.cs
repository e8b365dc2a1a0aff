using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Paging;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Server.EventTypes;
using ControlPlane.Server.Webhooks.Dialects;
using ControlPlane.Server.Webhooks.Inspecting;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Server.Webhooks.Settings;
using ControlPlane.Storage;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Server.Webhooks;

/// <summary>Answers the calls that register endpoints.</summary>
internal sealed partial class WebhookGrpcService(
    WebhookValidator validator,
    WebhookQueries queries,
    WebhookChanges changes,
    WebhookUpserts upserts,
    WebhookTester tester,
    WebhookSecrets secrets,
    WebhookProber prober,
    RequestPreviewer previewer,
    EventTypeQueries eventTypeQueries,
    EventTypeChanges eventTypes,
    StrictEventTypes strictTypes,
    TenantPlans plans,
    IWebhookStore store,
    ContentFingerprint fingerprints,
    TimeProvider clock) : WebhookService.WebhookServiceBase
{
    public override async Task<CreateWebhookResponse> CreateWebhook(CreateWebhookRequest request, ServerCallContext context)
    {
        var tenantId = Caller.Of(context).ResolveTenant(request.Webhook?.TenantId ?? "");
        await plans.RequireAsync(tenantId, Features.Webhooks, context.CancellationToken);
        var unknown = await strictTypes.ReadAsync(tenantId, context.CancellationToken);
        var accepted = validator.Accept(request, unknown);
        var lacksCustom = await plans.LackAsync(tenantId, Features.CustomDialect, context.CancellationToken);
        DialectRules.RequirePlan(lacksCustom, current: null, accepted, tenantId);
        var draft = WebhookMapper.ToRecord(accepted, WebhookMapper.Blank(tenantId));
        if (request.RequestId.Length > 0)
        {
            draft = draft with
            {
                RequestId = request.RequestId,
                RequestFingerprint = fingerprints.Of(CreateContentMapper.ToBytes(request, tenantId)),
            };
        }

        if (request.ValidateOnly)
        {
            var existing = await WebhookConflicts.ForeseeCreateAsync(store, draft, context.CancellationToken);
            return new() { Webhook = existing is null ? WebhookMapper.ToPreview(draft) : Show(existing) };
        }

        var (webhook, secret) = await changes.CreateAsync(draft, request.Secret, context.CancellationToken);
        return new() { Webhook = Show(webhook), Secret = secret };
    }

    public override async Task<GetWebhookResponse> GetWebhook(GetWebhookRequest request, ServerCallContext context)
    {
        var webhookId = FieldRules.RequireId("webhook_id", request.WebhookId);
        return new() { Webhook = Show(await queries.GetAsync(Caller.Of(context), webhookId, context.CancellationToken)) };
    }

    public override async Task<ListWebhooksResponse> ListWebhooks(ListWebhooksRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        FieldRules.CheckId(violations, "tenant_id", request.TenantId);
        var paging = PageRequest.Read(request, request.PageSize, request.PageToken, violations);
        var filter = WebhookFilter.Read(request.Filter, violations);
        violations.ThrowIfAny();
        var tenantId = Caller.Of(context).ResolveListTenant(request.TenantId);
        var page = await queries.ListAsync(tenantId, filter, paging, context.CancellationToken);
        return new() { Webhooks = { page.Items.Select(Show) }, NextPageToken = paging.Token(page.Next) };
    }

    public override async Task<UpdateWebhookResponse> UpdateWebhook(UpdateWebhookRequest request, ServerCallContext context)
    {
        var caller = Caller.Of(context);
        var webhookId = WebhookValidator.AcceptId(request);
        var tenantId = (await WritableAsync(webhookId, context)).TenantId;
        var unknown = await strictTypes.ReadAsync(tenantId, context.CancellationToken);
        var lacksCustom = await plans.LackAsync(tenantId, Features.CustomDialect, context.CancellationToken);
        WebhookRecord Change(WebhookRecord stored, DateTimeOffset now)
        {
            var current = WebhookMapper.ToProto(stored, now);
            var accepted = validator.Accept(request, current, unknown);
            DialectRules.RequirePlan(lacksCustom, current, accepted, tenantId);
            var changed = WebhookMapper.ToRecord(accepted, stored);
            secrets.RequireKeys(stored, changed, now);
            return WebhookMapper.ToProto(changed, now).Equals(current) ? stored : changed;
        }

        if (request.ValidateOnly)
        {
            var stored = await queries.GetAsync(caller, webhookId, context.CancellationToken);
            WebhookConflicts.RequireEtag(stored, request.Webhook.Etag);
            var changed = Change(stored, clock.GetStoreNow());
            await WebhookConflicts.ForeseeUpdateAsync(store, changed, context.CancellationToken);
            return new() { Webhook = Show(changed) };
        }

        var updated = await changes.UpdateAsync(caller, webhookId, request.Webhook.Etag, Change, context.CancellationToken);
        return new() { Webhook = Show(updated) };
    }

    public override async Task<UpsertWebhookResponse> UpsertWebhook(UpsertWebhookRequest request, ServerCallContext context)
    {
        var (webhook, secret) = await upserts.RunAsync(Caller.Of(context), request, context.CancellationToken);
        return new() { Webhook = Show(webhook), Secret = secret ?? "", Created = secret is not null };
    }

    public override async Task<DeleteWebhookResponse> DeleteWebhook(DeleteWebhookRequest request, ServerCallContext context)
    {
        WebhookValidator.Check(request);
        await changes.DeleteAsync(Caller.Of(context), request.WebhookId, request.Etag, context.CancellationToken);
        return new();
    }

    public override async Task<RotateSecretResponse> RotateSecret(RotateSecretRequest request, ServerCallContext context)
    {
        var grace = WebhookValidator.Accept(request);
        await WritableAsync(request.WebhookId, context);
        var (webhook, secret) = await changes.RotateAsync(
            Caller.Of(context), request.WebhookId, request.Etag, request.Secret, grace, context.CancellationToken);
        return new() { Webhook = Show(webhook), Secret = secret };
    }

    public override async Task<TestWebhookResponse> TestWebhook(TestWebhookRequest request, ServerCallContext context)
    {
        tester.Check(request);
        var webhook = await WritableAsync(request.WebhookId, context);
        return new() { Delivery = await tester.TestAsync(webhook, request.EventType, request.Payload) };
    }

    public override Task<ProbeWebhookResponse> ProbeWebhook(ProbeWebhookRequest request, ServerCallContext context) =>
        prober.ProbeAsync(Caller.Of(context), request, context.CancellationToken);

    public override Task<PreviewRequestResponse> PreviewRequest(PreviewRequestRequest request, ServerCallContext context) =>
        previewer.PreviewAsync(Caller.Of(context), request, context.CancellationToken);

    /// <summary>A webhook of a tenant whose plan lets it be changed.</summary>
    private async Task<WebhookRecord> WritableAsync(string webhookId, ServerCallContext context)
    {
        var webhook = await queries.GetAsync(Caller.Of(context), webhookId, context.CancellationToken);
        await plans.RequireAsync(webhook.TenantId, Features.Webhooks, context.CancellationToken);
        return webhook;
    }

    private Webhook Show(WebhookRecord webhook) => WebhookMapper.ToProto(webhook, clock.GetStoreNow());
}
