using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.LiteDb.Tests;

/// <inheritdoc/>
public sealed class StaleLogTests : StaleLogTests<LiteDbSource>
{
    [Fact]
    public Task Open_BackupBesideTheLogAndChecksumsOfAKilledServer_IsRefusedAndLeftAsItIs() => CheckAsync(Source.LogSuffix, "-sums");
}
