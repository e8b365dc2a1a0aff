using System.Net;
using ControlPlane.Testing;
using ControlPlane.Testing.Postgres;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Cluster.Tests;

/// <summary>A tenant in a cluster, and several of its webhooks, so that every node owns some.</summary>
/// <param name="nodes">How many nodes there are.</param>
/// <param name="shared">The cluster of all tests that leave it as it is; null for one of the test's own.</param>
public abstract class ClusterTest(int nodes, Cluster? shared = null) : IAsyncLifetime
{
    protected const int Hooks = 12;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(40);
    private readonly List<TestTenant> _tenants = [];
    private int _events;

    protected Cluster Cluster { get; private set; } = null!;

    /// <summary>The tenant, as seen through each node.</summary>
    protected IReadOnlyList<TestTenant> Tenants => _tenants;

    protected List<Inbox> Inboxes { get; } = [];

    public async ValueTask InitializeAsync()
    {
        Cluster = shared ?? await Cluster.StartAsync(nodes, Reach, PrepareAsync);
        _tenants.Add(await TestTenant.CreateAsync(Cluster.Nodes[0]));
        foreach (var node in Cluster.Nodes.Skip(1))
        {
            _tenants.Add(new TestTenant(_tenants[0].Id, _tenants[0].Key, node.Connect(_tenants[0].Key)));
        }

        while (Inboxes.Count < Hooks)
        {
            var (inbox, types) = (Cluster.Receiver.Open(), TypesOf(Inboxes.Count));
            Inboxes.Add(inbox);
            await _tenants[Inboxes.Count % nodes].HookAsync(inbox, webhook => webhook.EventTypes[0] = types);
        }
    }

    public virtual async ValueTask DisposeAsync()
    {
        _tenants.ForEach(tenant => tenant.Dispose());
        if (shared is null)
        {
            await Cluster.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Adds a way to see the tenant, by an address that leads to the nodes; returns its number among <see cref="Tenants"/>.</summary>
    protected int AddWay(Func<string, Clients> connect)
    {
        _tenants.Add(new TestTenant(_tenants[0].Id, _tenants[0].Key, connect(_tenants[0].Key)));
        return _tenants.Count - 1;
    }

    /// <summary>Does something to the database before there is a node: nothing unless a test wants it to.</summary>
    protected virtual Task PrepareAsync(PostgresServer server, string database) => Task.CompletedTask;

    /// <summary>What the webhook with a number subscribes to: everything unless a test wants it otherwise.</summary>
    protected virtual string TypesOf(int hook) => "*";

    /// <summary>How a node reaches the database.</summary>
    protected virtual string Reach(int node, string database) => database;

    /// <summary>Waits until a node says that it is ready, or that it is not.</summary>
    protected static Task<HttpStatusCode> ReadyAsync(ServerProcess node, HttpStatusCode status) => Eventually.BecomesAsync(
        async () =>
        {
            using var answer = await node.GetAsync("/readyz");
            return answer.StatusCode;
        },
        code => code == status, $"a node to be {status}");

    /// <summary>Publishes events one after another until told to stop, through one of the nodes that are named, and again until one of
    /// them says that it has it. Returns the ids.</summary>
    protected async Task<List<string>> PublishUntilAsync(Func<IReadOnlyList<int>> through, CancellationToken stop)
    {
        var published = new List<string>();
        while (!stop.IsCancellationRequested)
        {
            var id = $"evt_{Interlocked.Increment(ref _events)}";
            for (var tries = 0; !await TryPublishAsync(through()[tries % through().Count], id); tries++)
            {
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
            }

            published.Add(id);
            // What happens to the cluster matters, not how much it bears.
            await Task.Delay(Pace, TimeProvider.System, CancellationToken.None);
        }

        return published;
    }

    /// <summary>Waits until every inbox has got all events.</summary>
    protected async Task ArriveAsync(IReadOnlyCollection<string> ids)
    {
        for (var i = 0; i < Inboxes.Count; i++)
        {
            await ArriveAsync(ids, i);
        }
    }

    /// <summary>Waits until one inbox has got all events.</summary>
    protected Task ArriveAsync(IReadOnlyCollection<string> ids, int inbox) => Eventually.BecomesAsync(
        () => Task.FromResult(ids.Except(Inboxes[inbox].Accepted).ToList()), missing => missing.Count == 0, $"every event to arrive in inbox {inbox}");

    /// <summary>Waits until every delivery is told as succeeded.</summary>
    protected static Task SettleAsync(TestTenant tenant) => Eventually.BecomesAsync(
        () => tenant.ListAsync(), all => all.All(delivery => delivery.State == DeliveryState.Succeeded), "every delivery to have succeeded");

    /// <summary>Waits until every inbox has got some more than it has.</summary>
    protected async Task GoOnAsync(int more = 20)
    {
        var before = Inboxes.Select(inbox => inbox.Requests.Count).ToList();
        foreach (var (inbox, count) in Inboxes.Zip(before))
        {
            await inbox.CountAsync(count + more);
        }
    }

    /// <summary>Returns whether a call is answered; otherwise it was refused as one of a node that is not up to it.</summary>
    protected static async Task<bool> AnsweredAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.Internal)
        {
            // Internal is what a client makes of a connection that ends in the middle of an answer.
            return false;
        }
    }

    private Task<bool> TryPublishAsync(int node, string id) => AnsweredAsync(
        async () => Assert.Equal(Hooks, (await Tenants[node].PublishAsync(e => e.Id = id)).DeliveryCount));
}
