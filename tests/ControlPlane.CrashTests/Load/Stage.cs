using ControlPlane.CrashTests.Ledger;
using ControlPlane.CrashTests.Points;
using ControlPlane.Testing;
using Grpc.Core;

namespace ControlPlane.CrashTests.Load;

/// <summary>What the callers share between one kill and the next. The load goes on until a call is lost or somebody ends it.</summary>
/// <param name="clients">With the tenant's key.</param>
/// <param name="platform">With the platform's key.</param>
/// <param name="ledger">What is asked and answered.</param>
/// <param name="moments">Told what happens.</param>
/// <param name="life">The number of the latest life of a server.</param>
internal sealed class Stage(NodeClients clients, NodeClients platform, EpochLedger ledger, Moments moments, int life) : IDisposable
{
    private readonly CancellationTokenSource _over = new();

    /// <summary>Those of the node whose turn it is.</summary>
    public Clients Clients => clients.Next;

    /// <summary>With the platform's key, which alone is shown the store's revisions.</summary>
    public Clients Platform => platform.Next;

    public EpochLedger Ledger => ledger;

    public Moments Moments => moments;

    /// <summary>The number of the latest life of a server.</summary>
    public int Life => life;

    /// <summary>A call got no answer, as happens where a server dies.</summary>
    public bool HasLost { get; private set; }

    public bool GoesOn => !_over.IsCancellationRequested;

    /// <summary>Ends with the load.</summary>
    public CancellationToken Over => _over.Token;

    public static long Now => TimeProvider.System.GetTimestamp();

    public void End() => _over.Cancel();

    /// <summary>Ends the load because a call was lost.</summary>
    public void Lose()
    {
        // A stream that ends with the load is not lost.
        HasLost |= GoesOn;
        End();
    }

    /// <summary>Waits a random while, so that callers do not move in step.</summary>
    public async Task PaceAsync(Random random, int mostMilliseconds)
    {
        var pause = TimeSpan.FromMilliseconds(random.NextDouble() * mostMilliseconds);
        await Task.Delay(pause, TimeProvider.System, Over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Makes a call. A refusal with one of the expected reasons is an answer; any other one breaks a promise.</summary>
    /// <param name="name">What <see cref="Points.Moments"/> are told: <c>name sent</c>, <c>name acknowledged</c>.</param>
    /// <param name="call">Makes the call.</param>
    /// <param name="expected">Reasons for which it can be refused.</param>
    public async Task<Reply<T>> CallAsync<T>(string name, Func<Clients, AsyncUnaryCall<T>> call, params string[] expected)
        where T : class
    {
        try
        {
            using var made = call(Clients);
            moments.Reached(name + " sent");
            var answer = await made.ResponseAsync;
            moments.Reached(name + " acknowledged");
            return new(answer, null);
        }
        catch (RpcException e) when (IsLost(e))
        {
            Lose();
            return default;
        }
        catch (RpcException e) when (e.GetRpcStatus() is null)
        {
            ledger.Violations.Add($"Life {life}: {name} got no answer: {e.Status}");
            Lose();
            return default;
        }
        catch (RpcException e)
        {
            var reason = Refusal.Of(e).Reason;
            ledger.Violations.Unless(expected.Contains(reason), $"Life {life}: {name} was refused: {e.Status}");
            return new(null, reason);
        }
    }

    /// <summary>The connection broke: the server itself gives details with every error.</summary>
    public static bool IsLost(RpcException failure) =>
        failure.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled or StatusCode.Unknown
        && failure.GetRpcStatus() is null;

    public void Dispose()
    {
        clients.Dispose();
        platform.Dispose();
        _over.Dispose();
    }
}
