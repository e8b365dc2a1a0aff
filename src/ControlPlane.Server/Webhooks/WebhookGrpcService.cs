using ControlPlane.Server.Access;
using ControlPlane.Server.EventTypes;
using ControlPlane.Server.Telemetry;
using ControlPlane.Server.Webhooks.Inspecting;
using ControlPlane.Server.Webhooks.Settings;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Server.Webhooks;

/// <summary>WebhookService over gRPC.</summary>
internal sealed class WebhookGrpcService(SettingsCalls settings, InspectionCalls inspections, EventTypeCalls eventTypes)
    : WebhookService.WebhookServiceBase
{
    public override Task<CreateWebhookResponse> CreateWebhook(CreateWebhookRequest request, ServerCallContext context) =>
        settings.CreateAsync(request, Caller.Of(context), Initiator.Of(context), context.CancellationToken);

    public override Task<GetWebhookResponse> GetWebhook(GetWebhookRequest request, ServerCallContext context) =>
        settings.GetAsync(request, Caller.Of(context), context.CancellationToken);

    public override Task<ListWebhooksResponse> ListWebhooks(ListWebhooksRequest request, ServerCallContext context) =>
        settings.ListAsync(request, Caller.Of(context), context.CancellationToken);

    public override Task<UpdateWebhookResponse> UpdateWebhook(UpdateWebhookRequest request, ServerCallContext context) =>
        settings.UpdateAsync(request, Caller.Of(context), Initiator.Of(context), context.CancellationToken);

    public override Task<UpsertWebhookResponse> UpsertWebhook(UpsertWebhookRequest request, ServerCallContext context) =>
        settings.UpsertAsync(request, Caller.Of(context), Initiator.Of(context), context.CancellationToken);

    public override Task<DeleteWebhookResponse> DeleteWebhook(DeleteWebhookRequest request, ServerCallContext context) =>
        settings.DeleteAsync(request, Caller.Of(context), Initiator.Of(context), context.CancellationToken);

    public override Task<RotateSecretResponse> RotateSecret(RotateSecretRequest request, ServerCallContext context) =>
        settings.RotateAsync(request, Caller.Of(context), Initiator.Of(context), context.CancellationToken);

    public override Task<TestWebhookResponse> TestWebhook(TestWebhookRequest request, ServerCallContext context) =>
        inspections.TestAsync(
            request, Caller.Of(context), TraceHeaders.Read(context.GetHttpContext().Request.Headers), context.CancellationToken);

    public override Task<ProbeWebhookResponse> ProbeWebhook(ProbeWebhookRequest request, ServerCallContext context) =>
        inspections.ProbeAsync(request, Caller.Of(context), context.CancellationToken);

    public override Task<PreviewRequestResponse> PreviewRequest(PreviewRequestRequest request, ServerCallContext context) =>
        inspections.PreviewAsync(request, Caller.Of(context), context.CancellationToken);

    public override Task<ListEventTypesResponse> ListEventTypes(ListEventTypesRequest request, ServerCallContext context) =>
        eventTypes.ListAsync(request, Caller.Of(context), context.CancellationToken);

    public override Task<CreateEventTypeResponse> CreateEventType(CreateEventTypeRequest request, ServerCallContext context) =>
        eventTypes.CreateAsync(request, Caller.Of(context), Initiator.Of(context), context.CancellationToken);

    public override Task<UpdateEventTypeResponse> UpdateEventType(UpdateEventTypeRequest request, ServerCallContext context) =>
        eventTypes.UpdateAsync(request, Caller.Of(context), Initiator.Of(context), context.CancellationToken);

    public override Task<DeleteEventTypeResponse> DeleteEventType(DeleteEventTypeRequest request, ServerCallContext context) =>
        eventTypes.DeleteAsync(request, Caller.Of(context), Initiator.Of(context), context.CancellationToken);
}
