using System.Net;
using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Grpc.Tests.Calls;

/// <summary>A Kestrel server on a free port that speaks HTTP/2 without TLS, with the probe service on it.</summary>
internal sealed class ProbeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ErrorLog _log;
    private readonly List<GrpcChannel> _channels = [];

    private ProbeServer(WebApplication app, ErrorLog log)
    {
        _app = app;
        _log = log;
    }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>The errors logged so far. Those still here at the end fail the test unless it takes them.</summary>
    public IReadOnlyCollection<string> Errors => _log.Errors;

    public bool ExpectsErrors { get; init; }

    public static Task<ProbeServer> StartAsync(ProbeHandlers handlers, Action<GrpcServiceOptions>? configure = null) =>
        StartAsync(
            app => app.MapGrpcService<ProbeService>(),
            services => services.AddSingleton(handlers).AddGrpc(options => configure?.Invoke(options)));

    public static async Task<ProbeServer> StartAsync(
        Action<WebApplication> map, Action<IServiceCollection> add, bool expectsErrors = false)
    {
        var log = new ErrorLog();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        add(builder.Services);
        var app = builder.Build();
        map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new ProbeServer(app, log) { ExpectsErrors = expectsErrors };
    }

    public GrpcChannel Channel(Action<GrpcChannelOptions>? configure = null)
    {
        var options = new GrpcChannelOptions();
        configure?.Invoke(options);
        var channel = GrpcChannel.ForAddress(Address, options);
        _channels.Add(channel);
        return channel;
    }

    public Probe.Probe.ProbeClient Client(Action<GrpcChannelOptions>? configure = null) => new(Channel(configure));

    public async ValueTask DisposeAsync()
    {
        _channels.ForEach(channel => channel.Dispose());
        await _app.DisposeAsync();
        if (!ExpectsErrors)
        {
            Assert.Empty(_log.Errors);
        }
    }
}
