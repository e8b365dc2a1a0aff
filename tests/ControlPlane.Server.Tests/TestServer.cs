using System.Net;
using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Hardening;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Server.Tests;

/// <summary>
/// A real server on a free port that speaks gRPC without TLS, with the interceptors, and a real channel to it. A test that
/// provokes errors says so by <see cref="ExpectErrors"/>; in all others an error in the log is a failure.
/// </summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private bool _expectErrors;

    private TestServer(WebApplication app, LogCapture log)
    {
        _app = app;
        Log = log;
        Channel = GrpcChannel.ForAddress(app.Urls.Single());
    }

    public LogCapture Log { get; }

    public GrpcChannel Channel { get; }

    public IServiceProvider Services => _app.Services;

    /// <param name="add">Registers the services under test and what they need, <see cref="AccessRegistration"/> included.</param>
    /// <param name="map">Maps the services under test.</param>
    public static async Task<TestServer> StartAsync(Action<WebApplicationBuilder> add, Action<WebApplication> map)
    {
        var log = new LogCapture();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(log);
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(grpc =>
        {
            grpc.Interceptors.Add<ErrorInterceptor>();
            grpc.Interceptors.Add<StreamGuard>();
        }).RefuseMalformedMessages();
        builder.Services.AddErrors();
        add(builder);
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app, log);
    }

    /// <summary>A way to call that presents this key (null: none).</summary>
    public CallInvoker As(string? key) => Channel.Intercept(headers =>
    {
        if (key is not null)
        {
            headers.Add("authorization", $"Bearer {key}");
        }

        return headers;
    });

    public void ExpectErrors() => _expectErrors = true;

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        if (!_expectErrors)
        {
            Assert.Empty(Log.Errors);
        }
    }
}
