using System.Net;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Policy;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Egress.Tests.Peers;

/// <summary>The egress as <c>AddEgress</c> registers it, with every name leading to loopback, which is allowed.</summary>
internal sealed class EgressRig : IDisposable
{
    public const string Host = "hooks.example.com";

    private readonly ServiceProvider _services;

    public EgressRig(params (string Key, string Value)[] settings)
        : this(TimeProvider.System, settings)
    {
    }

    public EgressRig(TimeProvider time, params (string Key, string Value)[] settings)
    {
        Resolver = new FakeResolver("127.0.0.1");
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["ControlPlane:Egress:AllowedNetworks"] = "127.0.0.0/8" })
            .AddInMemoryCollection(settings.ToDictionary(
                setting => $"{EgressOptions.Section}:{setting.Key}", string? (setting) => setting.Value))
            .Build();
        _services = new ServiceCollection().AddSingleton(time).AddSingleton<INameResolver>(Resolver).AddEgress(configuration).BuildServiceProvider();
        // No server here, so no listeners of its own.
        Get<OwnListeners>().Set([]);
    }

    public FakeResolver Resolver { get; }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public async Task<HttpResponseMessage> PostAsync(int port, string path = "/", string host = Host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://{host}:{port}{path}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = new ByteArrayContent("{}"u8.ToArray()),
        };
        return await Get<EgressInvoker>().SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<EgressFailure> FailAsync(int port, string host = Host)
    {
        var exception = await Assert.ThrowsAsync<HttpRequestException>(() => PostAsync(port, host: host));
        var failure = EgressFailure.Of(exception);
        Assert.NotNull(failure);
        return failure;
    }

    public void Dispose() => _services.Dispose();
}
