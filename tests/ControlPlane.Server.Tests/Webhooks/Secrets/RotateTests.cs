using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Server.Tests.Webhooks.Secrets;

public sealed class RotateTests : WebhookTest
{
    [Fact]
    public async Task Rotate_Default_OldSecretSignsForADay()
    {
        var made = await CreateAsync();
        Clock.Advance(TimeSpan.FromMinutes(1));
        var answer = await RotateAsync(made.Id);
        Assert.Equal(2, answer.Webhook.Secrets.Count);
        var (current, old) = (answer.Webhook.Secrets[0], answer.Webhook.Secrets[1]);
        Assert.Equal("whsec_••••" + answer.Secret[^6..], current.Hint);
        Assert.Null(current.ExpireTime);
        Assert.Equal(Clock.GetUtcNow(), current.CreateTime.ToDateTimeOffset());
        Assert.Equal(made.Secrets.Single().Id, old.Id);
        Assert.Equal(Clock.GetUtcNow().AddHours(24), old.ExpireTime.ToDateTimeOffset());
        Assert.Equal(answer.Webhook, await GetAsync(made.Id));
        Assert.NotEqual(made.Etag, answer.Webhook.Etag);
        Assert.Equal(2, (await InCatalogAsync(made))!.Secrets.Count);
        Assert.All(Server.Log.Entries, entry => Assert.DoesNotContain(answer.Secret, entry.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rotate_OwnSecret_OpensAsGiven()
    {
        var made = await CreateAsync();
        var answer = await Webhooks.RotateSecretAsync(
            new() { WebhookId = made.Id, Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }, cancellationToken: Cancelled);
        Assert.Equal("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", answer.Secret);
        var stored = (await Engine.Webhooks.GetAsync(made.Id, Cancelled))!.Secrets[0];
        Assert.Equal("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Server.Services.GetRequiredService<SecretSealer>().Open(made.Id, stored.Id, stored.Sealed));
    }

    [Fact]
    public async Task Rotate_NoGrace_OldSecretIsGoneAtOnce()
    {
        var made = await CreateAsync();
        var answer = await RotateAsync(made.Id, TimeSpan.Zero);
        Assert.Single(answer.Webhook.Secrets);
        Assert.Single((await Engine.Webhooks.GetAsync(made.Id, Cancelled))!.Secrets);
    }

    [Fact]
    public async Task Rotate_LongerGraceLater_DoesNotExtendOlderSecrets()
    {
        var made = await CreateAsync();
        var end = Clock.GetUtcNow().AddHours(1);
        await RotateAsync(made.Id, TimeSpan.FromHours(1));
        var answer = await RotateAsync(made.Id, TimeSpan.FromDays(7));
        Assert.Equal(
            [null, Clock.GetUtcNow().AddDays(7), end], answer.Webhook.Secrets.Select(s => s.ExpireTime?.ToDateTimeOffset()));
    }

    [Fact]
    public async Task Rotate_ShorterGraceLater_EndsOlderSecretsEarlier()
    {
        var made = await CreateAsync();
        await RotateAsync(made.Id, TimeSpan.FromDays(7));
        var answer = await RotateAsync(made.Id, TimeSpan.FromHours(1));
        Assert.All(answer.Webhook.Secrets.Skip(1), s => Assert.Equal(Clock.GetUtcNow().AddHours(1), s.ExpireTime.ToDateTimeOffset()));
    }

    [Fact]
    public async Task Rotate_SixthSecret_EndsTheOldest()
    {
        var made = await CreateAsync();
        for (var i = 0; i < 4; i++)
        {
            await RotateAsync(made.Id);
        }

        var five = (await GetAsync(made.Id)).Secrets;
        var after = (await RotateAsync(made.Id)).Webhook.Secrets;
        Assert.Equal((5, 5), (five.Count, after.Count));
        Assert.Equal(made.Secrets.Single().Id, five[^1].Id);
        Assert.Equal(five.Take(4).Select(s => s.Id), after.Skip(1).Select(s => s.Id));
    }

    [Fact]
    public async Task Rotate_GraceOver_SecretNoLongerShownAndDroppedAtNextWrite()
    {
        var made = await CreateAsync();
        await RotateAsync(made.Id, TimeSpan.FromHours(1));
        Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromTicks(10));
        Assert.Equal(2, (await GetAsync(made.Id)).Secrets.Count);
        Clock.Advance(TimeSpan.FromTicks(10));
        Assert.Single((await GetAsync(made.Id)).Secrets);
        Assert.Equal(2, (await Engine.Webhooks.GetAsync(made.Id, Cancelled))!.Secrets.Count);
        await UpdateAsync(new() { Id = made.Id, Name = "x" });
        Assert.Single((await Engine.Webhooks.GetAsync(made.Id, Cancelled))!.Secrets);
    }

    public static TheoryData<long, int> WrongGraces => new() { { -1, 0 }, { 7 * 86_400, 1 }, { 0, -1 }, { 1, -1 }, { long.MinValue, 0 } };

    [Theory, MemberData(nameof(WrongGraces))]
    public async Task Rotate_WrongFields_AllNamedAndNothingChanged(long seconds, int nanos)
    {
        var made = await CreateAsync();
        var request = new RotateSecretRequest
        {
            WebhookId = made.Id,
            Secret = "short",
            GracePeriod = new Duration { Seconds = seconds, Nanos = nanos },
        };
        var error = await RpcErrors.OfAsync(async () => await Webhooks.RotateSecretAsync(request, cancellationToken: Cancelled));
        Assert.Equal(["secret SECRET_TOO_SHORT", "grace_period OUT_OF_RANGE"], error.Violations());
        Assert.Equal(made, await GetAsync(made.Id));
    }

    [Fact]
    public async Task Rotate_LongestGrace_Passes() => await RotateAsync((await CreateAsync()).Id, TimeSpan.FromDays(7));

    [Fact]
    public async Task Rotate_Missing_NotFound()
    {
        var error = await RpcErrors.OfAsync(() => RotateAsync("wh_none"));
        Assert.Equal(StatusCode.NotFound, error.Code);
    }

    private async Task<RotateSecretResponse> RotateAsync(string id, TimeSpan? grace = null) => await Webhooks.RotateSecretAsync(
        new() { WebhookId = id, GracePeriod = grace is { } given ? Duration.FromTimeSpan(given) : null }, cancellationToken: Cancelled);
}
