namespace ControlPlane.Egress;

/// <summary>
/// Lets a number of pieces of work through at once, and makes the rest wait for their turn: tenants take turns, and within a tenant
/// whoever came first. So what one tenant asks for makes its own work wait, and another's for one piece of it at most.
/// </summary>
/// <param name="atOnce">How many are let through at once, over all tenants.</param>
/// <param name="atOncePerTenant">How many of them can be one tenant's.</param>
internal sealed class TenantGate(int atOnce, int atOncePerTenant)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Tenant> _tenants = new(StringComparer.Ordinal);

    /// <summary>Tenants with somebody waiting who may go in, the next one first.</summary>
    private readonly LinkedList<Tenant> _turns = [];
    private int _inside;

    /// <summary>Waits for the turn of a tenant. What is returned is disposed when the work has ended.</summary>
    public async ValueTask<Pass> EnterAsync(string tenantId, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (!_tenants.TryGetValue(tenantId, out var tenant))
            {
                _tenants[tenantId] = tenant = new Tenant(tenantId);
            }

            if (_inside < atOnce && tenant.Inside < atOncePerTenant)
            {
                tenant.Inside++;
                _inside++;
                return new Pass(this, tenant);
            }

            waiter = new Waiter(this, tenant);
            waiter.Place = tenant.Waiting.AddLast(waiter);
            Queue(tenant);
        }

        using (cancellationToken.UnsafeRegister(static (state, token) => ((Waiter)state!).GiveUp(token), waiter))
        {
            await waiter.Turn.Task;
        }

        return new Pass(this, waiter.Tenant);
    }

    private void Leave(Tenant tenant)
    {
        lock (_lock)
        {
            tenant.Inside--;
            _inside--;
            Queue(tenant);
            while (_inside < atOnce && _turns.First is { } first)
            {
                var next = first.Value;
                _turns.RemoveFirst();
                next.Queued = false;
                var waiter = next.Waiting.First!.Value;
                next.Waiting.RemoveFirst();
                next.Inside++;
                _inside++;
                Queue(next);
                waiter.Turn.SetResult();
            }

            Forget(tenant);
        }
    }

    private void GiveUp(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (waiter.Place!.List is null)
            {
                // Its turn has come meanwhile; whoever waits for it finds the cancellation out by itself.
                return;
            }

            var tenant = waiter.Tenant;
            tenant.Waiting.Remove(waiter.Place);
            if (tenant is { Queued: true, Waiting.Count: 0 })
            {
                _turns.Remove(tenant);
                tenant.Queued = false;
            }

            Forget(tenant);
        }

        waiter.Turn.SetCanceled(cancellationToken);
    }

    private void Queue(Tenant tenant)
    {
        if (!tenant.Queued && tenant.Waiting.Count > 0 && tenant.Inside < atOncePerTenant)
        {
            tenant.Queued = true;
            _turns.AddLast(tenant);
        }
    }

    private void Forget(Tenant tenant)
    {
        if (tenant is { Inside: 0, Waiting.Count: 0 })
        {
            _tenants.Remove(tenant.Id);
        }
    }

    /// <summary>Held while the work lasts.</summary>
    public readonly struct Pass : IDisposable
    {
        private readonly TenantGate _gate;
        private readonly Tenant _tenant;

        internal Pass(TenantGate gate, Tenant tenant) => (_gate, _tenant) = (gate, tenant);

        public void Dispose() => _gate?.Leave(_tenant);
    }

    internal sealed class Tenant(string id)
    {
        public string Id => id;

        public LinkedList<Waiter> Waiting { get; } = [];

        public int Inside { get; set; }

        public bool Queued { get; set; }
    }

    internal sealed class Waiter(TenantGate gate, Tenant tenant)
    {
        public Tenant Tenant => tenant;

        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public LinkedListNode<Waiter>? Place { get; set; }

        public void GiveUp(CancellationToken cancellationToken) => gate.GiveUp(this, cancellationToken);
    }
}
