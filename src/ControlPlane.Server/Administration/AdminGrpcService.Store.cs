using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Server.Administration;

/// <summary>Backing up and checking the store.</summary>
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
}
