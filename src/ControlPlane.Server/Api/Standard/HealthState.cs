using Grpc.HealthCheck;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ControlPlane.Server.Api.Standard;

/// <summary>
/// Whether the server takes calls: NOT_SERVING at first, SERVING after <see cref="Serve"/>, and NOT_SERVING until the process ends
/// after <see cref="StopServing"/>. Meanwhile it can be suspended. Safe for use by several threads.
/// </summary>
internal sealed class HealthState
{
    /// <summary>The name that stands for the server as a whole.</summary>
    public const string WholeServer = "";

    private readonly Lock _gate = new();
    private readonly string[] _services;
    private bool _started;
    private bool _suspended;
    private bool _stopped;
    private volatile bool _isServing;

    /// <summary>Creates the state.</summary>
    /// <param name="services">The full names of the services to report besides the server as a whole.</param>
    public HealthState(params IEnumerable<string> services)
    {
        _services = [WholeServer, .. services];
        SetAll(ServingStatus.NotServing);
    }

    /// <summary>The names that have a status.</summary>
    public IReadOnlyList<string> Services => _services;

    /// <summary>The package's service, which checks and watches the statuses.</summary>
    public HealthServiceImpl Statuses { get; } = new();

    public bool IsServing => _isServing;

    /// <summary>Reports everything SERVING. Does nothing after <see cref="StopServing"/>.</summary>
    public void Serve()
    {
        lock (_gate)
        {
            _started = true;
            Apply();
        }
    }

    /// <summary>Reports everything NOT_SERVING until it is called with false. Returns whether that is a change.</summary>
    public bool Suspend(bool suspended)
    {
        lock (_gate)
        {
            var changes = _suspended != suspended;
            _suspended = suspended;
            Apply();
            return changes;
        }
    }

    /// <summary>Reports everything NOT_SERVING until the process ends: it is shutting down, or cannot go on but can still say so.</summary>
    public void StopServing()
    {
        lock (_gate)
        {
            _stopped = true;
            Apply();
        }
    }

    private void Apply()
    {
        var serves = _started && !_suspended && !_stopped;
        if (serves != _isServing)
        {
            _isServing = serves;
            SetAll(serves ? ServingStatus.Serving : ServingStatus.NotServing);
        }
    }

    private void SetAll(ServingStatus status)
    {
        foreach (var service in _services)
        {
            Statuses.SetStatus(service, status);
        }
    }
}
