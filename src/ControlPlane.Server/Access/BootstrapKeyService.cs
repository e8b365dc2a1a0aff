using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Access;

/// <summary>Where the server speaks to the person who starts it.</summary>
internal sealed record OperatorOutput(TextWriter Writer);

/// <summary>
/// Makes the first platform key of a new store, unless one is configured, and prints it before the server listens. It goes to
/// standard output directly: a log would keep it.
/// </summary>
internal sealed class BootstrapKeyService(
    IAccessStore store, IdSource ids, TimeProvider clock, IOptions<AccessOptions> options, OperatorOutput output,
    IOwnership? ownership = null, NodeIdentity? node = null)
    : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(options.Value.BootstrapKey) || await store.HasPlatformKeyAsync(cancellationToken))
        {
            return;
        }

        // Of several processes that start on a new store together, one makes it.
        const string Job = "bootstrap key";
        if (ownership is not null && node is not null)
        {
            await ownership.JoinAsync(node.NodeId, cancellationToken);
            if (!await ownership.TryTakeJobAsync(Job, cancellationToken) || await store.HasPlatformKeyAsync(cancellationToken))
            {
                return;
            }
        }

        await MakeAsync(cancellationToken);
    }

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        var secret = ApiKeySecret.Create();
        var key = new ApiKeyRecord
        {
            Id = ids.Next(ApiKeys.Prefix),
            TenantId = null,
            Hash = ApiKeyHash.Of(secret).ToBytes(),
            Name = "bootstrap",
            Scopes = Scopes.InOrder,
            CreateTime = clock.GetStoreNow(),
        };
        await store.CreateKeyAsync(key, Initiator.Server.Record(AuditAction.Created, "api_key", key.Id, tenantId: null), cancellationToken);
        await output.Writer.WriteLineAsync(
            $"This store is new. Its first API key ({key.Id}, every tenant, every scope) is shown here and never again:\n{secret}");
        await output.Writer.FlushAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
