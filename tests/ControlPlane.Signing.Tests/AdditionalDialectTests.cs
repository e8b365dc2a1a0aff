namespace ControlPlane.Signing.Tests;

/// <summary>A receiver that moves from one dialect to another gets the headers of both, over one body.</summary>
public sealed class AdditionalDialectTests
{
    [Theory]
    [InlineData("wahooks", "standard-webhooks")]
    [InlineData("standard-webhooks", "stripe")]
    [InlineData("waha", "svix")]
    [InlineData("gowa", "github")]
    [InlineData("svix", "wazapin")]
    public void AddTo_SecondDialect_BothVerifyTheSameBody(string firstName, string secondName)
    {
        var (first, second) = (Sample.Dialect(firstName), Sample.Dialect(secondName));
        Messages.Check(first, message =>
        {
            var webhook = Both(first, second, message.Request, message.Secret);

            Assert.True(Sample.Verify(first, webhook, message.Secret).IsValid);
            Assert.True(Sample.Verify(second, webhook, message.Secret).IsValid);
            Assert.Equal(webhook.Headers.Length, webhook.Headers.DistinctBy(h => h.Key).Count());
        });
        Assert.Empty(second.ValidateBeside(first));
    }

    [Fact]
    public void AddTo_NoEnvelopeInSecond_BodyOfTheFirstStays()
    {
        var alone = Sample.Sign(BuiltInDialects.WaHooks, Sample.Request, Sample.Secret);

        var webhook = Both(BuiltInDialects.WaHooks, BuiltInDialects.Gowa, Sample.Request, Sample.Secret);

        Assert.Equal(alone.Body.ToArray(), webhook.Body.ToArray());
        Assert.Equal(
            [.. BuiltInDialects.WaHooks.Headers.Select(h => h.Name), .. BuiltInDialects.Gowa.Headers.Select(h => h.Name)],
            webhook.Headers.Select(h => h.Key));
    }

    [Fact]
    public void AddTo_SameHeaderInBoth_FirstWinsAndValidateBesideTells()
    {
        var webhook = Both(BuiltInDialects.Wawp, BuiltInDialects.WawpSecret, Sample.Request, Sample.Secret);

        var problem = Assert.Single(BuiltInDialects.WawpSecret.ValidateBeside(BuiltInDialects.Wawp));

        Assert.NotEqual(Sample.Secret, Assert.Single(webhook.Headers).Value);
        Assert.Equal(("headers[0].name", "HEADER_CONFLICT"), (problem.Field, problem.Reason));
    }

    [Fact]
    public void ValidateBeside_OtherUnitOrTemplate_IsAConflict()
    {
        var milliseconds = BuiltInDialects.StandardWebhooks with { TimestampUnit = TimestampUnit.Milliseconds };
        var delivery = new Dialect
        {
            SignedContent = "{body}",
            Headers = [new("Webhook-Id", "{delivery_id}"), new("x-sig", "{sig}")],
        };

        Assert.Equal(
            ["headers[1].name", "headers[2].name"],
            milliseconds.ValidateBeside(BuiltInDialects.StandardWebhooks).Select(p => p.Field));
        Assert.Equal(["headers[0].name"], delivery.ValidateBeside(BuiltInDialects.StandardWebhooks).Select(p => p.Field));
    }

    private static SignedWebhook Both(Dialect first, Dialect second, SigningRequest request, string secret) =>
        new WebhookSigner(second).AddTo(
            Sample.Sign(first, request, secret), request, SigningKey.FromSecret(second, secret));
}
