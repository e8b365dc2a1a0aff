using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Tests.Webhooks.Secrets;

/// <summary>What a start does about the master key.</summary>
public sealed class SecretsStartTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("controlplane-").FullName;
    private StorageEngine? _engine;

    private string StorePath => Path.Combine(_folder, "store.db");

    private StorageEngine Engine => _engine!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _engine = new TestStore().Open();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("nonsense"), InlineData("AAAA"), InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Start_WrongKeyConfigured_RefusedWithOneLineThatDoesNotRepeatIt(string key)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(key, StorePath, new()));
        Assert.Equal("ControlPlane:Secrets:MasterKey: is not base64 of 32 bytes", failure.Message);
    }

    [Fact]
    public async Task Start_NoKeyAndNoFileToKeepItBeside_Refused()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(null, null, new()));
        Assert.StartsWith("ControlPlane:Secrets:MasterKey: is required", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_UnreadableKeyFile_Refused()
    {
        await File.WriteAllTextAsync(StorePath + ".key", "damaged", Cancelled);
        await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(null, StorePath, new()));
    }

    [Fact]
    public async Task Start_KeyConfigured_MakesNoFile()
    {
        using var host = await StartAsync(MasterKey.Generate().Export(), StorePath, new());
        Assert.False(File.Exists(StorePath + ".key"));
        await host.StopAsync(Cancelled);
    }

    [Fact]
    public async Task Check_OtherKeyThanBefore_LogsOneErrorPerWebhook()
    {
        using (var first = await StartAsync(null, StorePath, new()))
        {
            var sealer = first.Services.GetRequiredService<SecretSealer>();
            await AddAsync("wh_1", Secret("sec_1", sealer), Secret("sec_2", sealer));
            await AddAsync("wh_2", Secret("sec_3", sealer));
            await AddAsync("wh_3", Secret("sec_4", sealer) with { ExpireTime = DateTimeOffset.UnixEpoch });
            Assert.Equal(0, await first.Services.GetServices<IHostedService>().OfType<SecretsCheckWorker>().Single().CheckAsync(Cancelled));
            await first.StopAsync(Cancelled);
        }

        File.Delete(StorePath + ".key");
        var log = new LogCapture();
        using var second = await StartAsync(null, StorePath, log);
        await second.Services.GetServices<IHostedService>().OfType<SecretsCheckWorker>().Single().ExecuteTask!;
        Assert.Equal(2, log.Errors.Count());
        Assert.All(log.Errors, text => Assert.Contains("ControlPlane:Secrets:MasterKey", text, StringComparison.Ordinal));
        Assert.Contains(log.Errors, text => text.Contains("wh_1", StringComparison.Ordinal));
        Assert.Contains(log.Errors, text => text.Contains("wh_2", StringComparison.Ordinal));
        Assert.Contains(log.Entries, entry => entry.Level == LogLevel.Warning && entry.Text.Contains(StorePath, StringComparison.Ordinal));
        await second.StopAsync(Cancelled);
    }

    private async Task<IHost> StartAsync(string? key, string? path, LogCapture log)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("ControlPlane:Secrets:MasterKey", key)]);
        builder.Logging.AddProvider(log);
        builder.Services.AddSingleton(Engine.Webhooks).AddSecrets(builder.Configuration, path);
        var host = builder.Build();
        await host.StartAsync(Cancelled);
        return host;
    }

    private async Task AddAsync(string id, params SecretRecord[] secrets)
    {
        var write = await Engine.Webhooks.CreateAsync(
            new() { Id = id, TenantId = "default", Url = "https://example.com/", EventTypes = ["*"], Dialect = "svix", Secrets = secrets },
            Cancelled);
        Assert.Equal(WebhookWriteOutcome.Done, write.Outcome);
    }

    private static SecretRecord Secret(string id, SecretSealer sealer)
    {
        var webhook = id switch { "sec_3" => "wh_2", "sec_4" => "wh_3", _ => "wh_1" };
        return new(id, "••••", sealer.Seal(webhook, id, "secret"), DateTimeOffset.UnixEpoch, null);
    }
}
