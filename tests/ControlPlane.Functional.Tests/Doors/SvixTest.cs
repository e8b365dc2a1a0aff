using System.Net;
using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Doors;

/// <summary>Calls Svix's API.</summary>
public abstract class SvixTest(SharedServer shared) : SharedServerTest(shared)
{
    private protected const string Api = "/svix/api/v1";

    private protected HttpCaller ByPlatform { get; private set; } = null!;

    /// <summary>With a key of the test's tenant that has every scope.</summary>
    private protected HttpCaller Own { get; private set; } = null!;

    private protected string App => $"{Api}/app/{Tenant.Id}";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        ByPlatform = new(Server.Setup.Http, ServerSetup.PlatformKey);
        Own = new(Server.Setup.Http, Tenant.Key);
    }

    public override ValueTask DisposeAsync()
    {
        ByPlatform.Dispose();
        Own.Dispose();
        GC.SuppressFinalize(this);
        return base.DisposeAsync();
    }

    private protected static void Is(HttpAnswer answer, HttpStatusCode status, string code)
    {
        var json = answer.Is(status).Json.AsObject();
        Assert.Equal(["code", "detail"], json.Select(field => field.Key));
        Assert.Equal(code, (string)json["code"]!);
        Assert.NotEqual("", (string)json["detail"]!);
    }
}
