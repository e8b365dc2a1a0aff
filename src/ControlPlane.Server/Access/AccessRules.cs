using System.Collections.Frozen;
using System.Reflection;
using ControlPlane.V1;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;

namespace ControlPlane.Server.Access;

/// <summary>Who may call a method, or, as metadata, an endpoint that is no method.</summary>
/// <param name="Scope">The scope, or <see cref="Scopes.Any"/>; null lets everybody in.</param>
/// <param name="PlatformOnly">Only platform keys.</param>
/// <param name="SomeWebhooks">Keys that are for some webhooks only, too.</param>
internal sealed record AccessRule(string? Scope, bool PlatformOnly, bool SomeWebhooks = false);

/// <summary>
/// Who may call each method, read from the contract. Health answers load balancers and reflection repeats a contract
/// that is public, so these two need no key.
/// </summary>
internal sealed class AccessRules(IEnumerable<FileDescriptor> files)
{
    private const string OwnPackage = "controlplane.v1";
    private static readonly string[] OpenServices =
        ["/grpc.health.v1.Health/", "/grpc.reflection.v1.ServerReflection/", "/grpc.reflection.v1alpha.ServerReflection/"];

    private static readonly AccessRule Open = new(null, PlatformOnly: false);

    private readonly FrozenDictionary<string, AccessRule> _rules = files
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods)
        .Where(method => method.File.Package == OwnPackage)
        .ToFrozenDictionary(method => $"/{method.Service.FullName}/{method.Name}", Read, StringComparer.Ordinal);

    /// <summary>The rules of every file that the contract assembly was made from.</summary>
    /// <exception cref="InvalidOperationException">A method of the contract has no scope.</exception>
    public static AccessRules FromContract() => new(
        typeof(AdminServiceReflection).Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Reflection", StringComparison.Ordinal))
            .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
            .OfType<FileDescriptor>());

    /// <summary>The rule of an endpoint. What is no method of gRPC and has none of its own is open.</summary>
    public AccessRule Of(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<GrpcMethodMetadata>() is { } method ? Of(method.Method.FullName)
        : endpoint?.Metadata.GetMetadata<AccessRule>() ?? Open;

    /// <summary>The rule of a method, by its name in a request (<c>/package.Service/Method</c>).</summary>
    public AccessRule Of(string method) =>
        _rules.GetValueOrDefault(method)
        ?? (OpenServices.Any(service => method.StartsWith(service, StringComparison.Ordinal))
            ? Open
            : throw new InvalidOperationException($"There is no access rule for {method}."));

    private static AccessRule Read(MethodDescriptor method)
    {
        var scope = method.GetOptions()?.GetExtension(AccessExtensions.RequiredScope);
        return scope is not null && (scope == Scopes.Any || Scopes.All.Contains(scope))
            ? new(
                scope, method.GetOptions().GetExtension(AccessExtensions.PlatformOnly),
                method.GetOptions().GetExtension(AccessExtensions.SomeWebhooks))
            : throw new InvalidOperationException(
                $"The method {method.FullName} has no required_scope, or one that does not exist (\"{scope}\").");
    }
}
