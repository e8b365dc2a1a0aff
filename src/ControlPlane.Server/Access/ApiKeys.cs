using System.Collections.Concurrent;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Access;

/// <summary>
/// Identifies the caller who presents a key. What the store says of a key is cached for 5 seconds, and only until any key is changed
/// by this process or, as the store signals, by another: every cached read belongs to an epoch, and a change starts the next one, so
/// that a read from before a revocation is never used after it.
/// </summary>
internal sealed class ApiKeys : IDisposable
{
    public const string BootstrapKeyId = "key_bootstrap";

    /// <summary>What ids of keys begin with.</summary>
    public const string Prefix = "key_";

    /// <summary>How long a key that was read from the store is cached.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    private const int Capacity = 20_000;

    private readonly IAccessStore _store;
    private readonly ApiKeyUse _use;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<ApiKeyHash, Entry> _entries = new();
    private readonly ApiKeyHash? _bootstrapHash;
    private readonly IDisposable _subscription;
    private readonly Caller _bootstrapCaller = new(BootstrapKeyId, TenantId: null, Scopes.All);
    private long _epoch;

    public ApiKeys(IAccessStore store, ApiKeyUse use, ISignals signals, TimeProvider clock, IOptions<AccessOptions> options)
    {
        (_store, _use, _clock) = (store, use, clock);
        _bootstrapHash = string.IsNullOrEmpty(options.Value.BootstrapKey) ? null : ApiKeyHash.Of(options.Value.BootstrapKey);
        _subscription = signals.Subscribe(signal =>
        {
            if (signal is StoreSignal.ConfigurationChanged { Keys: true })
            {
                Invalidate();
            }
        });
    }

    /// <summary>Returns the caller whose key has this hash, and records that the key was used.</summary>
    /// <exception cref="RequestException">UNAUTHENTICATED: unknown, revoked or expired.</exception>
    public ValueTask<Caller> AuthenticateAsync(ApiKeyHash hash, CancellationToken cancellationToken)
    {
        if (hash == _bootstrapHash)
        {
            return new(_bootstrapCaller);
        }

        var entry = Current(hash);
        return entry.Read.Value.IsCompletedSuccessfully
            ? new(Admit(entry.Read.Value.Result))
            : WaitAsync(hash, entry, cancellationToken);
    }

    /// <summary>Discards every cached key. Called after one was created or revoked.</summary>
    public void Invalidate() => Interlocked.Increment(ref _epoch);

    public void Dispose() => _subscription.Dispose();

    private async ValueTask<Caller> WaitAsync(ApiKeyHash hash, Entry entry, CancellationToken cancellationToken)
    {
        try
        {
            return Admit(await entry.Read.Value.WaitAsync(cancellationToken));
        }
        finally
        {
            if (entry.Read.Value.IsFaulted)
            {
                _entries.TryRemove(new(hash, entry));
            }
        }
    }

    private Caller Admit(KnownKey? key)
    {
        if (key is null)
        {
            throw RequestErrors.Unauthenticated("API_KEY_INVALID", "The API key is not valid.");
        }

        var now = _clock.GetUtcNow();
        if (key.ExpireTime <= now)
        {
            throw RequestErrors.Unauthenticated("API_KEY_EXPIRED", "The API key has expired.");
        }

        _use.Note(key.Caller.KeyId, now);
        return key.Caller;
    }

    private Entry Current(ApiKeyHash hash)
    {
        while (true)
        {
            var epoch = Interlocked.Read(ref _epoch);
            var known = _entries.TryGetValue(hash, out var held);
            if (known && held!.Epoch == epoch && _clock.GetElapsedTime(held.ReadAt) < Freshness)
            {
                return held;
            }

            if (!known && _entries.Count >= Capacity)
            {
                MakeRoom(epoch);
            }

            var fresh = NewEntry(hash, epoch);
            if (known ? _entries.TryUpdate(hash, fresh, held!) : _entries.TryAdd(hash, fresh))
            {
                return fresh;
            }
        }
    }

    // Apart, so that only a miss pays for the closure. Everybody who asks meanwhile waits for the one read.
    private Entry NewEntry(ApiKeyHash hash, long epoch) => new(epoch, _clock.GetTimestamp(), new(() => ReadAsync(hash)));

    private async Task<KnownKey?> ReadAsync(ApiKeyHash hash)
    {
        var record = await _store.FindKeyAsync(hash.ToBytes(), CancellationToken.None);
        if (record is null or { RevokeTime: not null })
        {
            return null;
        }

        var webhookIds = Scopes.WebhookIds(record.Scopes).OrderDescending(StringComparer.Ordinal).ToList();
        var caller = new Caller(record.Id, record.TenantId, Scopes.Named(record.Scopes).ToHashSet(StringComparer.Ordinal))
        {
            ExpireTime = record.ExpireTime,
            Name = record.Name,
            Kind = record.IsPortalSession ? AuditActorKind.PortalSession : AuditActorKind.ApiKey,
            WebhookIds = webhookIds.Count > 0 ? webhookIds : null,
        };
        return new(caller, record.ExpireTime);
    }

    /// <summary>Drops keys that do not exist before those that do: made-up ones must not push real ones out.</summary>
    private void MakeRoom(long epoch)
    {
        foreach (var (hash, entry) in _entries)
        {
            var real = entry.Read.IsValueCreated && entry.Read.Value is { IsCompletedSuccessfully: true, Result: not null };
            if (!real || entry.Epoch != epoch || _clock.GetElapsedTime(entry.ReadAt) >= Freshness)
            {
                _entries.TryRemove(new(hash, entry));
            }
        }

        if (_entries.Count >= Capacity)
        {
            _entries.Clear();
        }
    }

    private sealed record KnownKey(Caller Caller, DateTimeOffset? ExpireTime);

    private sealed record Entry(long Epoch, long ReadAt, Lazy<Task<KnownKey?>> Read);
}
