using ControlPlane.Storage;

namespace ControlPlane.Server.Tests;

/// <summary>A real delivery queue in which a test can hold calls up and let them fail.</summary>
internal sealed class DeliveryQueueSeam(IDeliveryQueue inner) : IDeliveryQueue
{
    public Func<Task> BeforeClaim { get; set; } = () => Task.CompletedTask;

    public Func<Task> BeforeComplete { get; set; } = () => Task.CompletedTask;

    public Func<Task> BeforeRelease { get; set; } = () => Task.CompletedTask;

    public Func<Task> BeforeCount { get; set; } = () => Task.CompletedTask;

    public Func<Task> AfterCount { get; set; } = () => Task.CompletedTask;

    public Func<Task> BeforeListWaiting { get; set; } = () => Task.CompletedTask;

    public async Task<ClaimResult> ClaimDueAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        await BeforeClaim();
        return await inner.ClaimDueAsync(request, cancellationToken);
    }

    public async Task<Completed?> CompleteAsync(Completion completion, CancellationToken cancellationToken)
    {
        await BeforeComplete();
        return await inner.CompleteAsync(completion, cancellationToken);
    }

    public async Task<CompletionEffectsResult> CompleteAsync(Completion completion, CompletionEffects effects, CancellationToken cancellationToken)
    {
        await BeforeComplete();
        return await inner.CompleteAsync(completion, effects, cancellationToken);
    }

    public async Task ReleaseAsync(IReadOnlyList<Lease> leases, TimeSpan delay, CancellationToken cancellationToken)
    {
        await BeforeRelease();
        await inner.ReleaseAsync(leases, delay, cancellationToken);
    }

    public Task<IReadOnlyList<string>> ExtendAsync(
        IReadOnlyList<Lease> leases, TimeSpan leaseFor, CancellationToken cancellationToken) =>
        inner.ExtendAsync(leases, leaseFor, cancellationToken);

    public async ValueTask<BacklogCount> CountBacklogAsync(string tenantId, CancellationToken cancellationToken)
    {
        await BeforeCount();
        var count = await inner.CountBacklogAsync(tenantId, cancellationToken);
        await AfterCount();
        return count;
    }

    public async Task<IReadOnlyList<WaitingWebhook>> ListWaitingAsync(CancellationToken cancellationToken)
    {
        await BeforeListWaiting();
        return await inner.ListWaitingAsync(cancellationToken);
    }
}
