using ControlPlane.V1;
using Grpc.Core;
using Grpc.Health.V1;

namespace ControlPlane.Cli.Tests.Server;

internal sealed class RecordingWebhooks(CallLog log) : WebhookService.WebhookServiceBase
{
    public override Task<CreateWebhookResponse> CreateWebhook(CreateWebhookRequest request, ServerCallContext context) =>
        log.TakeAsync<CreateWebhookResponse>(request, context);

    public override Task<GetWebhookResponse> GetWebhook(GetWebhookRequest request, ServerCallContext context) =>
        log.TakeAsync<GetWebhookResponse>(request, context);

    public override Task<ListWebhooksResponse> ListWebhooks(ListWebhooksRequest request, ServerCallContext context) =>
        log.TakeAsync<ListWebhooksResponse>(request, context);

    public override Task<UpdateWebhookResponse> UpdateWebhook(UpdateWebhookRequest request, ServerCallContext context) =>
        log.TakeAsync<UpdateWebhookResponse>(request, context);

    public override Task<UpsertWebhookResponse> UpsertWebhook(UpsertWebhookRequest request, ServerCallContext context) =>
        log.TakeAsync<UpsertWebhookResponse>(request, context);

    public override Task<DeleteWebhookResponse> DeleteWebhook(DeleteWebhookRequest request, ServerCallContext context) =>
        log.TakeAsync<DeleteWebhookResponse>(request, context);

    public override Task<RotateSecretResponse> RotateSecret(RotateSecretRequest request, ServerCallContext context) =>
        log.TakeAsync<RotateSecretResponse>(request, context);

    public override Task<ProbeWebhookResponse> ProbeWebhook(ProbeWebhookRequest request, ServerCallContext context) =>
        log.TakeAsync<ProbeWebhookResponse>(request, context);

    public override Task<PreviewRequestResponse> PreviewRequest(PreviewRequestRequest request, ServerCallContext context) =>
        log.TakeAsync<PreviewRequestResponse>(request, context);

    public override Task<TestWebhookResponse> TestWebhook(TestWebhookRequest request, ServerCallContext context) =>
        log.TakeAsync<TestWebhookResponse>(request, context);

    public override Task<ListEventTypesResponse> ListEventTypes(ListEventTypesRequest request, ServerCallContext context) =>
        log.TakeAsync<ListEventTypesResponse>(request, context);

    public override Task<CreateEventTypeResponse> CreateEventType(CreateEventTypeRequest request, ServerCallContext context) =>
        log.TakeAsync<CreateEventTypeResponse>(request, context);

    public override Task<UpdateEventTypeResponse> UpdateEventType(UpdateEventTypeRequest request, ServerCallContext context) =>
        log.TakeAsync<UpdateEventTypeResponse>(request, context);

    public override Task<DeleteEventTypeResponse> DeleteEventType(DeleteEventTypeRequest request, ServerCallContext context) =>
        log.TakeAsync<DeleteEventTypeResponse>(request, context);
}

internal sealed class RecordingEvents(CallLog log) : EventService.EventServiceBase
{
    public override Task<PublishEventResponse> PublishEvent(PublishEventRequest request, ServerCallContext context) =>
        log.TakeAsync<PublishEventResponse>(request, context);

    public override Task<BatchPublishEventsResponse> BatchPublishEvents(BatchPublishEventsRequest request, ServerCallContext context) =>
        log.TakeAsync<BatchPublishEventsResponse>(request, context);

    public override Task<GetEventResponse> GetEvent(GetEventRequest request, ServerCallContext context) =>
        log.TakeAsync<GetEventResponse>(request, context);

    public override Task<EraseEventsResponse> EraseEvents(EraseEventsRequest request, ServerCallContext context) =>
        log.TakeAsync<EraseEventsResponse>(request, context);

    public override Task<ListEventsResponse> ListEvents(ListEventsRequest request, ServerCallContext context) =>
        log.TakeAsync<ListEventsResponse>(request, context);
}

internal sealed class RecordingDeliveries(CallLog log) : DeliveryService.DeliveryServiceBase
{
    public override Task<ListDeliveriesResponse> ListDeliveries(ListDeliveriesRequest request, ServerCallContext context) =>
        log.TakeAsync<ListDeliveriesResponse>(request, context);

    public override Task<GetDeliveryResponse> GetDelivery(GetDeliveryRequest request, ServerCallContext context) =>
        log.TakeAsync<GetDeliveryResponse>(request, context);

    public override Task<RetryDeliveryResponse> RetryDelivery(RetryDeliveryRequest request, ServerCallContext context) =>
        log.TakeAsync<RetryDeliveryResponse>(request, context);

    public override Task<CancelDeliveryResponse> CancelDelivery(CancelDeliveryRequest request, ServerCallContext context) =>
        log.TakeAsync<CancelDeliveryResponse>(request, context);

    public override Task<RedriveDeliveriesResponse> RedriveDeliveries(RedriveDeliveriesRequest request, ServerCallContext context) =>
        log.TakeAsync<RedriveDeliveriesResponse>(request, context);

    public override Task<ReplayEventsResponse> ReplayEvents(ReplayEventsRequest request, ServerCallContext context) =>
        log.TakeAsync<ReplayEventsResponse>(request, context);

    public override Task<GetRedriveResponse> GetRedrive(GetRedriveRequest request, ServerCallContext context) =>
        log.TakeAsync<GetRedriveResponse>(request, context);

    public override Task<ListRedrivesResponse> ListRedrives(ListRedrivesRequest request, ServerCallContext context) =>
        log.TakeAsync<ListRedrivesResponse>(request, context);

    public override Task<GetWebhookStatsResponse> GetWebhookStats(GetWebhookStatsRequest request, ServerCallContext context) =>
        log.TakeAsync<GetWebhookStatsResponse>(request, context);

    public override Task<CancelRedriveResponse> CancelRedrive(CancelRedriveRequest request, ServerCallContext context) =>
        log.TakeAsync<CancelRedriveResponse>(request, context);

    public override Task<ExplainDeliveryResponse> ExplainDelivery(ExplainDeliveryRequest request, ServerCallContext context) =>
        log.TakeAsync<ExplainDeliveryResponse>(request, context);

    public override Task WatchDeliveries(
        WatchDeliveriesRequest request, IServerStreamWriter<WatchDeliveriesResponse> responseStream, ServerCallContext context) =>
        log.WatchAsync(request, responseStream, context);
}

internal sealed class RecordingAdmin(CallLog log) : AdminService.AdminServiceBase
{
    public override Task<CreateTenantResponse> CreateTenant(CreateTenantRequest request, ServerCallContext context) =>
        log.TakeAsync<CreateTenantResponse>(request, context);

    public override Task<GetTenantResponse> GetTenant(GetTenantRequest request, ServerCallContext context) =>
        log.TakeAsync<GetTenantResponse>(request, context);

    public override Task<ListTenantsResponse> ListTenants(ListTenantsRequest request, ServerCallContext context) =>
        log.TakeAsync<ListTenantsResponse>(request, context);

    public override Task<UpdateTenantResponse> UpdateTenant(UpdateTenantRequest request, ServerCallContext context) =>
        log.TakeAsync<UpdateTenantResponse>(request, context);

    public override Task<DeleteTenantResponse> DeleteTenant(DeleteTenantRequest request, ServerCallContext context) =>
        log.TakeAsync<DeleteTenantResponse>(request, context);

    public override Task<CreateApiKeyResponse> CreateApiKey(CreateApiKeyRequest request, ServerCallContext context) =>
        log.TakeAsync<CreateApiKeyResponse>(request, context);

    public override Task<ListApiKeysResponse> ListApiKeys(ListApiKeysRequest request, ServerCallContext context) =>
        log.TakeAsync<ListApiKeysResponse>(request, context);

    public override Task<RevokeApiKeyResponse> RevokeApiKey(RevokeApiKeyRequest request, ServerCallContext context) =>
        log.TakeAsync<RevokeApiKeyResponse>(request, context);

    public override async Task BackupStore(
        BackupStoreRequest request, IServerStreamWriter<BackupStoreResponse> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new() { Progress = new() { WrittenBytes = 0, ExpectedBytes = 1_234_567 } });
        await responseStream.WriteAsync(await log.TakeAsync<BackupStoreResponse>(request, context));
    }

    public override Task<CheckStoreResponse> CheckStore(CheckStoreRequest request, ServerCallContext context) =>
        log.TakeAsync<CheckStoreResponse>(request, context);

    public override Task<ListAuditEventsResponse> ListAuditEvents(ListAuditEventsRequest request, ServerCallContext context) =>
        log.TakeAsync<ListAuditEventsResponse>(request, context);

    public override Task<GetServerInfoResponse> GetServerInfo(GetServerInfoRequest request, ServerCallContext context) =>
        log.TakeAsync<GetServerInfoResponse>(request, context);
}

internal sealed class RecordingHealth(CallLog log) : Health.HealthBase
{
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        log.TakeAsync<HealthCheckResponse>(request, context);
}
