using System.Collections.Immutable;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ControlPlane.Server.Api.Standard;

/// <summary>
/// Which services take calls. Starts with the whole server NOT_SERVING and no service known. Safe for use by several threads.
/// </summary>
internal sealed class HealthState
{
    /// <summary>The name that stands for the server as a whole.</summary>
    public const string WholeServer = "";

    private readonly Lock _gate = new();
    private bool _failed;
    private volatile HealthSnapshot _current =
        new(ImmutableDictionary<string, ServingStatus>.Empty.Add(WholeServer, ServingStatus.NotServing), IsFinal: false);

    /// <summary>The statuses at this moment.</summary>
    public HealthSnapshot Current => _current;

    /// <summary>Sets the status of a service, which becomes known by it. Ignored after <see cref="Shutdown"/>; NOT_SERVING after <see cref="Fail"/>.</summary>
    /// <param name="service">The full name, or <see cref="WholeServer"/>.</param>
    /// <param name="status">SERVING, NOT_SERVING or UNKNOWN.</param>
    /// <exception cref="ArgumentOutOfRangeException">SERVICE_UNKNOWN, which is an answer and not a status.</exception>
    public void Set(string service, ServingStatus status)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(status, ServingStatus.ServiceUnknown);
        lock (_gate)
        {
            if (!_current.IsFinal)
            {
                Replace(_current.Statuses.SetItem(service, _failed ? ServingStatus.NotServing : status), isFinal: false);
            }
        }
    }

    /// <summary>Sets everything to NOT_SERVING until the process ends; watches go on. For a server that cannot go on but can still say so.</summary>
    public void Fail()
    {
        lock (_gate)
        {
            _failed = true;
            if (!_current.IsFinal)
            {
                Replace(_current.Statuses.ToImmutableDictionary(each => each.Key, _ => ServingStatus.NotServing), isFinal: false);
            }
        }
    }

    /// <summary>Sets everything to NOT_SERVING for good, which also ends every watch.</summary>
    public void Shutdown()
    {
        lock (_gate)
        {
            Replace(_current.Statuses.ToImmutableDictionary(each => each.Key, _ => ServingStatus.NotServing), isFinal: true);
        }
    }

    private void Replace(ImmutableDictionary<string, ServingStatus> statuses, bool isFinal)
    {
        var previous = _current;
        _current = new HealthSnapshot(statuses, isFinal);
        previous.Replaced.TrySetResult();
    }
}

/// <summary>The statuses of all services at one moment. A watcher that is late skips what lies between two of these.</summary>
/// <param name="Statuses">By the service's full name.</param>
/// <param name="IsFinal">Whether the server is shutting down, so that nothing follows.</param>
internal sealed record HealthSnapshot(ImmutableDictionary<string, ServingStatus> Statuses, bool IsFinal)
{
    /// <summary>Completes when another snapshot takes the place of this one.</summary>
    public Task Superseded => Replaced.Task;

    // Watchers go on elsewhere, never inside the lock of whoever sets a status.
    internal TaskCompletionSource Replaced { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
