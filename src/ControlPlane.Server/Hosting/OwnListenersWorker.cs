using System.Net;
using ControlPlane.Egress.Policy;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace ControlPlane.Server.Hosting;

/// <summary>Tells the guard what the web server has bound, after every hosted service has started; until then nothing is dialed.</summary>
internal sealed class OwnListenersWorker(IServer server, OwnListeners listeners) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        listeners.Set(server.Features.Get<IServerAddressesFeature>()?.Addresses.SelectMany(Parse) ?? []);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Endpoints of a bound address such as <c>http://[::]:7400</c>. The server binds <c>localhost</c> to both loopbacks and
    /// any other name, <c>*</c> and <c>+</c> included, to every address; a Unix socket is no endpoint.
    /// </summary>
    internal static IEnumerable<IPEndPoint> Parse(string address)
    {
        var bound = BindingAddress.Parse(address);
        if (bound.IsUnixPipe || bound.IsNamedPipe)
        {
            return [];
        }

        if (bound.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return [new IPEndPoint(IPAddress.Loopback, bound.Port), new IPEndPoint(IPAddress.IPv6Loopback, bound.Port)];
        }

        return [new IPEndPoint(IPAddress.TryParse(bound.Host, out var ip) ? ip : IPAddress.IPv6Any, bound.Port)];
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
