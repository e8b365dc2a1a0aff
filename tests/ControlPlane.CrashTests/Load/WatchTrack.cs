using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.CrashTests.Load;

/// <summary>A resume token, and the latest revision that was shown with or before it.</summary>
internal readonly record struct HeldToken(string Token, long Revision, int Life);

/// <summary>One watcher over many lives of the server: each time it goes on with the last token it got.</summary>
/// <param name="name">What violations call it.</param>
/// <param name="states">Which states it asks for; none for all.</param>
/// <param name="every">It watches only in every so manyth life, and lets the others pass.</param>
internal sealed class WatchTrack(string name, IReadOnlyList<DeliveryState> states, int every)
{
    private readonly Dictionary<string, Delivery> _shown = new(StringComparer.Ordinal);
    private readonly List<HeldToken> _held = [];
    private string _token = "";
    private long _revision;

    public string Name => name;

    /// <summary>The last that was shown of each delivery.</summary>
    public IReadOnlyDictionary<string, Delivery> Shown => _shown;

    /// <summary>Tokens that were held when the server died, and the first of all.</summary>
    public IReadOnlyList<HeldToken> Tokens => _held;

    public WatchDeliveriesRequest Request(string tenantId, string token) => new() { TenantId = tenantId, ResumeToken = token, States = { states } };

    public bool Wants(Delivery delivery) => states.Count == 0 || states.Contains(delivery.State);

    /// <summary>Watches until the load is over.</summary>
    public async Task RunAsync(Stage stage)
    {
        if (stage.Life % every == 0)
        {
            await WatchAsync(stage, _ => false, stage.Over);
        }
    }

    /// <summary>Gets the token to begin with.</summary>
    public Task BeginAsync(Stage stage) => WatchAsync(stage, message => message.Ready is not null, stage.Over);

    /// <summary>Goes on until it was shown everything up to a revision.</summary>
    public Task CatchUpAsync(Stage stage, long revision, CancellationToken limit) =>
        _revision >= revision ? Task.CompletedTask : WatchAsync(stage, _ => _revision >= revision, limit);

    private async Task WatchAsync(Stage stage, Func<WatchDeliveriesResponse, bool> enough, CancellationToken over)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(over);
        try
        {
            using var call = stage.Platform.Deliveries.WatchDeliveries(Request(stage.Ledger.TenantId, _token), cancellationToken: ending.Token);
            await foreach (var message in call.ResponseStream.ReadAllAsync(ending.Token))
            {
                Take(stage, message);
                if (enough(message))
                {
                    break;
                }
            }
        }
        catch (RpcException e) when (Stage.IsLost(e))
        {
            stage.Lose();
        }
        catch (OperationCanceledException)
        {
            // The load is over.
        }
        catch (RpcException e)
        {
            stage.Ledger.Violations.Add($"Life {stage.Life}: watcher '{name}' was refused with token '{_token}': {e.Status}");
        }

        _held.Add(new(_token, _revision, stage.Life));
    }

    private void Take(Stage stage, WatchDeliveriesResponse message)
    {
        _token = message.ResumeToken;
        if (message.Delivery is not { } delivery)
        {
            return;
        }

        stage.Ledger.Violations.Unless(
            delivery.Revision > _revision, $"Life {stage.Life}: watcher '{name}' at {_revision} was shown {delivery.Revision}: {delivery}");
        stage.Ledger.Violations.Unless(Wants(delivery), $"Life {stage.Life}: watcher '{name}' was shown what it did not ask for: {delivery}");
        _revision = delivery.Revision;
        _shown[delivery.Id] = delivery;
        stage.Ledger.Sightings.Add(delivery);
        stage.Moments.Reached("change watched");
    }
}
