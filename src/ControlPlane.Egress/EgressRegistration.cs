using System.Net;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Policy;
using ControlPlane.Egress.Probing;
using ControlPlane.Egress.Trust;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ControlPlane.Egress;

/// <summary>
/// Registers the way out: <see cref="UrlPolicy"/>, <see cref="EgressInvoker"/>, <see cref="RemoteAddressLedger"/>; and, for
/// looking at a receiver without sending, <see cref="ReceiverProbe"/>. <see cref="OpenSockets"/> has no bound unless one is registered.
/// </summary>
internal static class EgressRegistration
{
    public static IServiceCollection AddEgress(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<EgressOptions>().ValidateOnStart();
        services.AddSingleton<IConfigureOptions<EgressOptions>>(new EgressOptionsBinder(configuration));
        services.AddSingleton<IValidateOptions<EgressOptions>, EgressOptionsValidator>();

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<INameResolver>(provider => new DnsResolver(Dns.GetHostAddresses, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new OpenSockets(int.MaxValue, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<Dial>(provider => new TcpDialer(provider.GetRequiredService<OpenSockets>()).DialAsync);

        services.AddSingleton(new OwnListeners(OwnListeners.ReadLocalAddresses));
        services.AddSingleton(provider => new AddressPolicy(
            Networks(Options(provider)), provider.GetRequiredService<OwnListeners>()));
        services.AddSingleton(provider => Ports(Options(provider)));
        services.AddSingleton<UrlPolicy>();
        services.AddSingleton<AddressGuard>();
        services.AddSingleton<StaggeredDialer>();
        services.AddSingleton<RemoteAddressLedger>();
        services.AddSingleton<GuardedConnector>();
        services.AddSingleton(provider => new ServerTrust(
            Roots(Options(provider)), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new EgressHandlerFactory(
            provider.GetRequiredService<GuardedConnector>(),
            provider.GetRequiredService<ServerTrust>(),
            provider.GetRequiredService<UrlPolicy>(),
            provider.GetRequiredService<Http2Fallbacks>(),
            provider.GetRequiredService<EndedConnections>(),
            provider.GetRequiredService<TimeProvider>(),
            Proxy(Options(provider))));
        services.AddSingleton<Http2Fallbacks>();
        services.AddSingleton<EndedConnections>();
        services.AddSingleton<EgressInvoker>();
        services.AddSingleton<ReceiverProbe>();
        return services;
    }

    private static EgressOptions Options(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<EgressOptions>>().Value;

    private static IPNetwork[] Networks(EgressOptions options) =>
        [.. options.AllowedNetworks.Select(text => Cidr.TryParse(text, out var network) ? network : throw Unvalidated())];

    private static PortSet Ports(EgressOptions options) =>
        PortSet.TryParse(options.AllowedPorts, out var ports, out _) ? ports : throw Unvalidated();

    private static X509Certificate2Collection Roots(EgressOptions options) =>
        options.TrustedCertificates is not { } path ? []
            : TrustedCertificates.TryLoad(path, out var roots, out _) ? roots
            : throw Unvalidated();

    private static WebProxy? Proxy(EgressOptions options) =>
        options.Proxy is null ? null : EgressProxy.TryParse(options.Proxy, out var proxy) ? proxy : throw Unvalidated();

    private static InvalidOperationException Unvalidated() => new("The egress options were used without being validated.");
}
