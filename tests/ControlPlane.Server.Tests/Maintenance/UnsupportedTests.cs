using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Maintenance;
using ControlPlane.Storage;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace ControlPlane.Server.Tests.Maintenance;

public sealed class UnsupportedTests
{
    private static readonly EngineCapabilities Bare = new() { Instead = "Use pg_dump." };

    [Fact]
    public async Task Check_EngineWithoutOne_IsRefusedWithWhatToUseInstead()
    {
        var checks = new StoreChecks(Bare, TimeProvider.System, NullLogger<StoreChecks>.Instance);
        AssertUnsupported(await Assert.ThrowsAsync<RequestException>(() => checks.RunAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task Backup_EngineWithoutOne_IsRefusedWithWhatToUseInstead()
    {
        using var lifetime = new FakeLifetime();
        var backups = new StoreBackups(
            Bare, new BackupPlace("unused"), lifetime, TimeProvider.System, NullLogger<StoreBackups>.Instance);
        AssertUnsupported(await Assert.ThrowsAsync<RequestException>(
            () => backups.RunAsync("", _ => Task.CompletedTask, TestContext.Current.CancellationToken)));
    }

    private static void AssertUnsupported(RequestException error)
    {
        Assert.Equal((StatusCode.FailedPrecondition, "NOT_SUPPORTED_BY_ENGINE"), (error.Code, error.Reason));
        Assert.EndsWith("Use pg_dump.", error.Message, StringComparison.Ordinal);
    }
}
