using System.Collections.Concurrent;
using ControlPlane.Testing;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.Crashing;

/// <summary>Several clients that publish numbered events at once, until they are done or the server is gone.</summary>
internal sealed class Publishers(ServerProcess server, string key, int count)
{
    private const int ClientCount = 5;

    private readonly ConcurrentDictionary<string, bool> _attempted = new();
    private readonly ConcurrentDictionary<string, bool> _acknowledged = new();
    private int _acknowledgedCount;

    /// <summary>Every event that was ever sent to the server.</summary>
    public IReadOnlySet<string> Attempted => _attempted.Keys.ToHashSet();

    /// <summary>Every event that the server said it has.</summary>
    public IReadOnlySet<string> Acknowledged => _acknowledged.Keys.ToHashSet();

    /// <summary>Publishes what is not acknowledged yet.</summary>
    /// <param name="onAcknowledged">Told the number of acknowledged events after each: every number once.</param>
    public Task RunAsync(Func<int, Task> onAcknowledged) =>
        Task.WhenAll(Enumerable.Range(0, ClientCount).Select(client => Task.Run(() => RunAsync(client, onAcknowledged))));

    private async Task RunAsync(int client, Func<int, Task> onAcknowledged)
    {
        using var clients = server.Connect(key);
        for (var i = client; i < count; i += ClientCount)
        {
            var id = $"crash-{i}";
            if (_acknowledged.ContainsKey(id))
            {
                continue;
            }

            _attempted[id] = true;
            try
            {
                await clients.Events.PublishEventAsync(new()
                {
                    Event = TestTenant.NewEvent(e => (e.Id, e.Payload) = (id, ByteString.CopyFromUtf8($"{{\"n\":{i}}}"))),
                });
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled or StatusCode.Internal)
            {
                // The connection broke with the server. Whether the event was taken is unknown.
                return;
            }

            _acknowledged[id] = true;
            await onAcknowledged(Interlocked.Increment(ref _acknowledgedCount));
        }
    }
}
