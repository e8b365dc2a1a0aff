using System.Text;
using ControlPlane.V1;

namespace ControlPlane.Cli.Tests.Commands;

public sealed class DialectTests : HookctlTest
{
    private const string Json =
        """
        {"name":"acme","keyFormat":"KEY_FORMAT_UTF8","signed_content":"{ts}.{body}","encoding":"ENCODING_HEX",
         "headers":[{"name":"X-Acme","value":"t={ts},v1={sig}"}]}
        """;

    private static CustomDialect Expected { get; } = new()
    {
        Name = "acme",
        KeyFormat = CustomDialect.Types.KeyFormat.Utf8,
        SignedContent = "{ts}.{body}",
        Encoding = CustomDialect.Types.Encoding.Hex,
        Headers = { new CustomDialect.Types.Header { Name = "X-Acme", Value = "t={ts},v1={sig}" } },
    };

    [Fact]
    public async Task CustomDialect_FileStdinOrText_IsSent()
    {
        Stdin = Encoding.UTF8.GetBytes(Json);
        string[] create = ["webhooks", "create", "--url", "https://a", "--event-type", "*", "--custom-dialect"];
        (await RunAsync([.. create, "@" + FileWith(Json)])).Succeeded();
        (await RunAsync([.. create, "-"])).Succeeded();
        (await RunAsync([.. create, Json])).Succeeded();

        Assert.Equal(3, Server.Calls.Count);
        Assert.All(Server.Requests.OfType<CreateWebhookRequest>(), r => Assert.Equal(Expected, r.Webhook.CustomDialect));
    }

    [Fact]
    public async Task CustomDialect_Update_IsInTheMask()
    {
        (await RunAsync("webhooks", "update", "wh_1", "--custom-dialect", Json)).Succeeded();

        var request = Server.Single<UpdateWebhookRequest>();
        Assert.Equal(["custom_dialect"], request.UpdateMask.Paths);
        Assert.Equal(Expected, request.Webhook.CustomDialect);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"colour":"red"}""")]
    [InlineData("""{"encoding":"ENCODING_ROT13"}""")]
    public async Task CustomDialect_NotOne_IsAUsageError(string json)
    {
        var run = await RunAsync("webhooks", "update", "wh_1", "--custom-dialect", json);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--custom-dialect", run.Error, StringComparison.Ordinal);
        Assert.Empty(Server.Calls);
    }

    [Fact]
    public async Task CustomDialect_BesideDialect_IsAUsageError()
    {
        var run = await RunAsync("webhooks", "update", "wh_1", "--dialect", "svix", "--custom-dialect", Json);

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(Server.Calls);
    }

    [Fact]
    public async Task View_CustomAndAdditional_AreNamed()
    {
        Server.Answer<GetWebhookRequest>(_ => new GetWebhookResponse
        {
            Webhook = new Webhook { Id = "wh_1", CustomDialect = Expected, AdditionalDialect = "svix" },
        });

        var run = (await RunAsync("webhooks get wh_1")).Succeeded();

        Assert.Matches(@"(?m)^dialect\s+acme \(custom\)$", run.Output);
        Assert.Matches(@"(?m)^additional dialect\s+svix$", run.Output);
    }
}
