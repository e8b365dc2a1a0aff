using ControlPlane.Storage;

namespace ControlPlane.Server.Sending;

/// <summary>
/// The access token of one webhook: kept until shortly before it ends, and fetched once for all attempts that wait for it. A fetch
/// has the time of an attempt, and an attempt that ends meanwhile does not end it for the others.
/// </summary>
/// <param name="fetcher">Fetches.</param>
/// <param name="client">With whose credentials.</param>
/// <param name="tenantId">For whom.</param>
/// <param name="timeout">The deadline of one fetch.</param>
internal sealed class TokenSource(TokenFetcher fetcher, OAuth2ClientRecord client, string tenantId, TimeSpan timeout)
{
    private readonly Lock _lock = new();
    private AccessToken? _held;
    private Task<TokenAnswer>? _fetching;

    /// <summary>The token that is kept; null if it has to be fetched.</summary>
    public AccessToken? Held
    {
        get
        {
            lock (_lock)
            {
                return _held is { } held && fetcher.Now < held.RenewTime ? held : null;
            }
        }
    }

    /// <summary>Returns a token, fetched if need be.</summary>
    /// <param name="refused">One that the receiver refused, and that is not kept any more; null for none.</param>
    /// <param name="cancellationToken">Waits no longer.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public Task<TokenAnswer> GetAsync(AccessToken? refused, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_held == refused)
            {
                _held = null;
            }

            if (_held is { } held && fetcher.Now < held.RenewTime)
            {
                return Task.FromResult(new TokenAnswer(held, ""));
            }

            _fetching ??= FetchAsync();
            return _fetching.WaitAsync(cancellationToken);
        }
    }

    private async Task<TokenAnswer> FetchAsync()
    {
        // Not under the lock of the caller.
        await Task.Yield();
        AccessToken? token = null;
        try
        {
            var answer = await fetcher.FetchAsync(client, tenantId, timeout);
            token = answer.Token;
            return answer;
        }
        finally
        {
            lock (_lock)
            {
                (_held, _fetching) = (token, null);
            }
        }
    }
}
