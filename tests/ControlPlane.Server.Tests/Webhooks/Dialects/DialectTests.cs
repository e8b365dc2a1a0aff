using ControlPlane.V1;

namespace ControlPlane.Server.Tests.Webhooks.Dialects;

public sealed class DialectTests : WebhookTest
{
    private const string ShortKey = "whsec_AQIDBAUGBw==";

    private static CustomDialect Custom() => new()
    {
        Headers =
        {
            new CustomDialect.Types.Header { Name = "X-Id", Value = "{id}" },
            new CustomDialect.Types.Header { Name = "X-Acme", Value = "t={ts},v1={sig}" },
        },
    };

    [Fact]
    public async Task Create_Custom_ReadsBackWithItsDefaults()
    {
        var made = await CreateAsync(w => (w.CustomDialect, w.AdditionalDialect) = (Custom(), "github"));

        var expected = Custom();
        expected.Name = "custom";
        expected.KeyFormat = CustomDialect.Types.KeyFormat.WhsecBase64;
        expected.Algorithm = CustomDialect.Types.Algorithm.HmacSha256;
        expected.SignedContent = "{id}.{ts}.{body}";
        expected.Encoding = CustomDialect.Types.Encoding.Base64;
        expected.SignatureJoin = CustomDialect.Types.SignatureJoin.NewestOnly;
        expected.TimestampUnit = CustomDialect.Types.TimestampUnit.Seconds;
        Assert.Equal(expected, made.CustomDialect);
        Assert.Equal(("", "github"), (made.Dialect, made.AdditionalDialect));
        Assert.Equal(made, await GetAsync(made.Id));
    }

    [Fact]
    public async Task Create_SameRequestIdOtherCustomDialect_IsRefused()
    {
        var request = new CreateWebhookRequest { Webhook = Sample.Webhook(w => w.CustomDialect = Custom()), RequestId = "r" };
        var first = await Webhooks.CreateWebhookAsync(request, cancellationToken: Cancelled);
        var again = await Webhooks.CreateWebhookAsync(request, cancellationToken: Cancelled);
        Assert.Equal(first.Webhook, again.Webhook);
        request.Webhook.CustomDialect.Headers[0].Name = "X-Other";
        var error = await RpcErrors.OfAsync(async () => await Webhooks.CreateWebhookAsync(request, cancellationToken: Cancelled));
        Assert.Equal("REQUEST_ID_REUSED", error.Info.Reason);
        request.Webhook.CustomDialect.Headers[0].Name = "X-Id";
        request.Webhook.AdditionalDialect = "github";
        error = await RpcErrors.OfAsync(async () => await Webhooks.CreateWebhookAsync(request, cancellationToken: Cancelled));
        Assert.Equal("REQUEST_ID_REUSED", error.Info.Reason);
    }

    [Fact]
    public async Task Update_CustomAndBuiltIn_TakeEachOthersPlace()
    {
        var id = (await CreateAsync(w => w.Dialect = "stripe")).Id;
        var custom = await UpdateAsync(new() { Id = id, CustomDialect = Custom() }, "custom_dialect");
        Assert.Equal(("", "X-Acme"), (custom.Dialect, custom.CustomDialect.Headers[1].Name));
        var named = await UpdateAsync(new() { Id = id, Dialect = "slack" }, "dialect");
        Assert.Equal(("slack", null), (named.Dialect, named.CustomDialect));
        custom = await UpdateAsync(new() { Id = id, CustomDialect = Custom() });
        Assert.Equal("", custom.Dialect);
        Assert.Equal(custom, await UpdateAsync(new() { Id = id }, "dialect"));
        var cleared = await UpdateAsync(new() { Id = id }, "custom_dialect");
        Assert.Equal(("standard-webhooks", null), (cleared.Dialect, cleared.CustomDialect));
    }

    [Fact]
    public async Task Update_PartOfCustom_ChangesThatPart()
    {
        var made = await CreateAsync(w => w.CustomDialect = Custom());
        var changed = await UpdateAsync(
            new() { Id = made.Id, CustomDialect = new() { Encoding = CustomDialect.Types.Encoding.Hex } }, "custom_dialect.encoding");
        made.CustomDialect.Encoding = CustomDialect.Types.Encoding.Hex;
        Assert.Equal(made.CustomDialect, changed.CustomDialect);
    }

    [Fact]
    public async Task Update_BothInOneRequest_IsRefused()
    {
        var made = await CreateAsync();
        var asked = new Webhook { Id = made.Id, Dialect = "svix", CustomDialect = Custom() };
        foreach (string[] mask in (string[][])[["dialect", "custom_dialect"], []])
        {
            var error = await RpcErrors.OfAsync(() => UpdateAsync(asked, mask));
            Assert.Equal(["webhook.custom_dialect EXCLUSIVE"], error.Violations());
        }

        Assert.Equal(made, await GetAsync(made.Id));
    }

    [Fact]
    public async Task Update_Additional_SetAndCleared()
    {
        var made = await CreateAsync(w => w.Headers["X-Slack-Signature"] = "1");
        var error = await RpcErrors.OfAsync(() => UpdateAsync(new() { Id = made.Id, AdditionalDialect = "slack" }, "additional_dialect"));
        Assert.Equal(["webhook.headers[\"X-Slack-Signature\"] HEADER_NAME_RESERVED"], error.Violations());
        var changed = await UpdateAsync(new() { Id = made.Id, AdditionalDialect = "svix" }, "additional_dialect");
        Assert.Equal(("standard-webhooks", "svix"), (changed.Dialect, changed.AdditionalDialect));
        Assert.Equal("", (await UpdateAsync(new() { Id = made.Id }, "additional_dialect")).AdditionalDialect);
    }

    [Theory]
    [InlineData("stripe", "whsec_AQIDBAUGBw==", true)]
    [InlineData("svix", "whsec_AQIDBAUGBw==", false)]
    [InlineData("svix", "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY", true)]
    public async Task Rotate_OwnSecret_MustBeAKeyInTheDialect(string dialect, string secret, bool fits)
    {
        var made = await CreateAsync(w => w.Dialect = dialect);
        async Task RotateAsync() => await Webhooks.RotateSecretAsync(new() { WebhookId = made.Id, Secret = secret }, cancellationToken: Cancelled);
        if (fits)
        {
            await RotateAsync();
            return;
        }

        Assert.Equal(["secret SECRET_KEY_TOO_SHORT"], (await RpcErrors.OfAsync(RotateAsync)).Violations());
        Assert.Equal(made, await GetAsync(made.Id));
    }

    [Fact]
    public async Task Update_DialectInWhichTheSecretIsTooShort_IsRefused()
    {
        var request = new CreateWebhookRequest { Webhook = Sample.Webhook(w => w.Dialect = "stripe"), Secret = ShortKey };
        var id = (await Webhooks.CreateWebhookAsync(request, cancellationToken: Cancelled)).Webhook.Id;
        foreach (var (change, field) in (IEnumerable<(Webhook, string)>)[
            (new() { Dialect = "svix" }, "dialect"), (new() { AdditionalDialect = "svix" }, "additional_dialect"),
            (new() { CustomDialect = Custom() }, "custom_dialect")])
        {
            change.Id = id;
            var error = await RpcErrors.OfAsync(() => UpdateAsync(change));
            Assert.Equal([$"webhook.{field} SECRET_KEY_TOO_SHORT"], error.Violations());
            Assert.DoesNotContain(ShortKey, error.RawText, StringComparison.Ordinal);
        }

        Assert.Equal("github", (await UpdateAsync(new() { Id = id, Dialect = "github" })).Dialect);
    }
}
