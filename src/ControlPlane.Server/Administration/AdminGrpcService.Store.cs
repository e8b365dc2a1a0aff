using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Paging;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Server.Administration;

/// <summary>Backing up and checking the store, and its audit log.</summary>
internal sealed partial class AdminGrpcService
{
    public override async Task BackupStore(
        BackupStoreRequest request, IServerStreamWriter<BackupStoreResponse> responseStream, ServerCallContext context)
    {
        StoreValidator.CheckBackup(request);
        var made = await backups.RunAsync(
            request.Name,
            progress => responseStream.WriteAsync(
                new() { Progress = new() { WrittenBytes = progress.Written, ExpectedBytes = progress.Expected } }, context.CancellationToken),
            context.CancellationToken);
        await responseStream.WriteAsync(
            new()
            {
                Backup = new()
                {
                    Name = made.Name,
                    Path = made.Path,
                    SizeBytes = made.Bytes,
                    Revision = made.Revision,
                    StoreId = engine.StoreId,
                    StartTime = Timestamp.FromDateTimeOffset(made.StartTime),
                    Duration = Duration.FromTimeSpan(made.Duration),
                },
            },
            context.CancellationToken);
    }

    public override async Task<CheckStoreResponse> CheckStore(CheckStoreRequest request, ServerCallContext context)
    {
        var (problems, duration) = await checks.RunAsync(context.CancellationToken);
        return new() { Problems = { problems }, Duration = Duration.FromTimeSpan(duration) };
    }

    public override async Task<ListAuditEventsResponse> ListAuditEvents(ListAuditEventsRequest request, ServerCallContext context)
    {
        var caller = Caller.Of(context);
        var (query, paging) = AuditValidator.ReadList(request, caller);
        var page = await BoundedPage.ReadAsync(
            paging,
            first: 128,
            (position, limit) => engine.Audit.ListAsync(query with { Position = position, Limit = limit }, context.CancellationToken),
            entry => AuditMapper.ToProto(entry, caller));
        return new() { AuditEvents = { page.Items }, NextPageToken = paging.Token(page.Next) };
    }
}
