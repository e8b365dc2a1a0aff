namespace ControlPlane.Server;

/// <summary>Counts what is under way, and refuses more than may be at once: over all tenants, and for each.</summary>
internal sealed class AtOnce(int most, int mostPerTenant)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _tenants = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Counts one in, until what is returned is disposed of; null if there is no room.</summary>
    public IDisposable? TryEnter(string tenantId)
    {
        lock (_lock)
        {
            var ofTenant = _tenants.GetValueOrDefault(tenantId);
            if (_count >= most || ofTenant >= mostPerTenant)
            {
                return null;
            }

            _count++;
            _tenants[tenantId] = ofTenant + 1;
            return new Permit(this, tenantId);
        }
    }

    private void Leave(string tenantId)
    {
        lock (_lock)
        {
            _count--;
            if (--_tenants[tenantId] is 0)
            {
                _tenants.Remove(tenantId);
            }
        }
    }

    private sealed class Permit(AtOnce owner, string tenantId) : IDisposable
    {
        private AtOnce? _owner = owner;

        public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Leave(tenantId);
    }
}
