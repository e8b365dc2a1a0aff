using ControlPlane.Egress;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ControlPlane.Server.Access;

/// <summary>
/// Lets tenants take turns at reading and at changing what they have. Lists, which can look at many rows, take no more than a part of the
/// store's readers, so that what reads one row, keys above all, never waits behind them. Publishing has turns of its own at the store, and
/// what waits for a receiver (tests and probes) has bounds of its own.
/// </summary>
internal sealed class ReadTurns(AccessRules rules) : Interceptor
{
    /// <summary>Calls at once that list or count.</summary>
    public const int Lists = 2;

    /// <summary>Calls at once that read what they name or change something.</summary>
    public const int Others = 16;

    /// <summary>Of those, one tenant's.</summary>
    public const int OthersPerTenant = 8;

    private readonly TenantGate _lists = new(Lists, atOncePerTenant: 1);
    private readonly TenantGate _others = new(Others, OthersPerTenant);

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (Admission.Of(context.GetHttpContext())?.Caller is not { } caller || GateOf(context.Method) is not { } gate)
        {
            return await continuation(request, context);
        }

        // Platform keys take their turns like one more tenant.
        using var turn = await gate.EnterAsync(caller.TenantId ?? "", context.CancellationToken);
        return await continuation(request, context);
    }

    private TenantGate? GateOf(string method)
    {
        var name = method.AsSpan(method.LastIndexOf('/') + 1);
        return name.StartsWith("List") || name is "RedriveDeliveries" or "ReplayEvents" ? _lists
            : name is "ProbeWebhook" or "TestWebhook" ? null
            : rules.Of(method).Scope is { } scope && (scope.EndsWith(".read", StringComparison.Ordinal) || scope.EndsWith(".write", StringComparison.Ordinal)) ? _others
            : null;
    }
}
