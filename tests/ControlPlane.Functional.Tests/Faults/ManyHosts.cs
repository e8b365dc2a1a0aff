using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ControlPlane.Functional.Tests.Faults;

/// <summary>A receiver that is as many hosts as there are loopback addresses, each with a certificate of its own.</summary>
internal sealed class ManyHosts : IAsyncDisposable
{
    private readonly ConcurrentDictionary<IPAddress, X509Certificate2> _certificates = [];
    private readonly TestAuthority _authority = new();
    private readonly WebApplication _app;

    private ManyHosts(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Any, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(https => https.ServerCertificateSelector = (connection, _) =>
                    _certificates.GetOrAdd(((IPEndPoint)connection!.LocalEndPoint!).Address, address => _authority.Issue(address.ToString())));
            }));
        _app = builder.Build();
        _app.Run(answer);
    }

    public string AuthorityPem => _authority.AuthorityPem;

    public static async Task<ManyHosts> StartAsync(RequestDelegate answer)
    {
        var hosts = new ManyHosts(answer);
        await hosts._app.StartAsync(TestContext.Current.CancellationToken);
        return hosts;
    }

    /// <summary>The URL of a host, of which there are 65,536.</summary>
    public string Url(int number) => $"https://127.1.{number / 256}.{number % 256}:{new Uri(_app.Urls.Single()).Port}/";

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _authority.Dispose();
        foreach (var certificate in _certificates.Values)
        {
            certificate.Dispose();
        }
    }
}
