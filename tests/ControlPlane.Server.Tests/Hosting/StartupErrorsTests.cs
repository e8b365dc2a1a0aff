using System.Security.Cryptography;
using ControlPlane.Server.Hosting;
using ControlPlane.Storage;
using ControlPlane.Storage.LiteDb;
using ControlPlane.Storage.Sqlite;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Tests.Hosting;

public sealed class StartupErrorsTests
{
    [Fact]
    public void Describe_WrongSettings_OneLineEach() => Assert.Equal(
        ["a", "b"], StartupErrors.Describe(new OptionsValidationException("x", typeof(string), ["a", "b"])));

    [Fact]
    public void Describe_SeveralAtOnce_AllLines() => Assert.Equal(
        ["a", "locked"],
        StartupErrors.Describe(new AggregateException(
            new OptionsValidationException("x", typeof(string), ["a"]), new StorageOpenException("locked"))));

    [Fact]
    public void Describe_PortTaken_OneLine() => Assert.Equal(
        ["ControlPlane:Listen: Failed to bind to address."],
        StartupErrors.Describe(new IOException("Failed to bind to address.", new AddressInUseException("in use"))));

    [Fact]
    public void Describe_CannotStart_ItsMessage() => Assert.Equal(["no"], StartupErrors.Describe(new StartupException("no")));

    [Fact]
    public void Describe_ValueOfTheWrongKind_NamesTheSetting()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["MaxInFlight"] = "many" }).Build();
        var thrown = Assert.ThrowsAny<Exception>(() => configuration.Get<ControlPlane.Server.Dispatching.DispatchingOptions>());
        Assert.Contains("MaxInFlight", Assert.Single(StartupErrors.Describe(thrown)!));
    }

    [Fact]
    public void Describe_Unforeseen_KeepsItsStackTrace()
    {
        Assert.Null(StartupErrors.Describe(new InvalidOperationException("bug")));
        Assert.Null(StartupErrors.Describe(new AggregateException(new StorageOpenException("locked"), new NotSupportedException())));
        Assert.Null(StartupErrors.Describe(new CryptographicException("bug")));
    }

    [Theory]
    [InlineData("Provider", "oracle", "ControlPlane:Storage:Provider: \"oracle\" is not a storage engine; there are \"litedb\", \"postgres\" and \"sqlite\"")]
    [InlineData("Provider", "postgres", "ControlPlane:Storage:ConnectionString: must not be empty with the provider \"postgres\"")]
    [InlineData("Path", " ", "ControlPlane:Storage:Path: must not be empty")]
    public void Read_WrongStorageSetting_NamesIt(string key, string value, string line)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { [$"{StorageOptions.Section}:{key}"] = value }).Build();
        var refused = Assert.Throws<OptionsValidationException>(() => StorageOptions.Read(configuration));
        Assert.Equal([line], StartupErrors.Describe(refused));
    }

    [Theory]
    [InlineData("litedb", "sqlite")]
    [InlineData("sqlite", "litedb")]
    public async Task Read_StoreOfAnotherEngine_NamesBoth(string stored, string set)
    {
        var folder = Directory.CreateTempSubdirectory("controlplane-");
        var path = Path.Combine(folder.FullName, "store.db");
        await (stored == "litedb"
            ? await LiteDbStorage.OpenAsync(new LiteDbStorageOptions { Path = path }, TestContext.Current.CancellationToken)
            : await SqliteStorage.OpenAsync(new SqliteStorageOptions { Path = path }, TestContext.Current.CancellationToken)).DisposeAsync();

        var refused = Assert.Throws<OptionsValidationException>(() => StorageOptions.Read(Configure(set, path)));

        Assert.Equal(
            [$"ControlPlane:Storage:Provider: \"{set}\" is set, and '{path}' is a store of \"{stored}\"; set that, or another path"],
            StartupErrors.Describe(refused));
        Assert.Equal(stored, StorageOptions.Read(Configure(stored, path)).Provider);
        folder.Delete(recursive: true);
    }

    private static IConfiguration Configure(string provider, string path) => new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?>
        {
            [$"{StorageOptions.Section}:Provider"] = provider,
            [$"{StorageOptions.Section}:Path"] = path,
        })
        .Build();
}
