using ControlPlane.Egress;
using ControlPlane.Server;
using ControlPlane.Server.Access;
using ControlPlane.Server.Administration;
using ControlPlane.Server.Api;
using ControlPlane.Server.Api.Hardening;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Deliveries;
using ControlPlane.Server.Dispatching;
using ControlPlane.Server.Doors;
using ControlPlane.Server.EventTypes;
using ControlPlane.Server.Filtering;
using ControlPlane.Server.Hosting;
using ControlPlane.Server.Hosting.Offline;
using ControlPlane.Server.Maintenance;
using ControlPlane.Server.OperationalEvents;
using ControlPlane.Server.Publishing;
using ControlPlane.Server.Recording;
using ControlPlane.Server.Schemas;
using ControlPlane.Server.Sending;
using ControlPlane.Server.Telemetry;
using ControlPlane.Server.Watching;
using ControlPlane.Server.Webhooks;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Storage;
using ControlPlane.Storage.LiteDb;
using ControlPlane.Storage.Postgres;
using ControlPlane.Storage.Sqlite;
using ControlPlane.V1;
using Grpc.AspNetCore.Server;
using Microsoft.Extensions.Options;

var start = StartArguments.Parse(args);
if (start.Answer is { } answer)
{
    Console.WriteLine(answer);
    return 0;
}

try
{
    // Settings are read once. Watching their file means watching its whole folder, in which the store is written to all the time.
    var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false", .. start.Settings]);
    var configuration = builder.Configuration;
    LogLevelSettings.Check(configuration);
    if (start.Command is { } command)
    {
        return await OfflineCommands.RunAsync(command, OfflineEngines(), configuration, Console.Out);
    }

    var storage = StorageOptions.Read(configuration);
    var clock = new SteadyClock(TimeProvider.System);
    await using var store = start.CheckConfig ? null : storage.Provider switch
    {
        PostgresStorage.Provider => await PostgresStorage.OpenAsync(new PostgresStorageOptions { ConnectionString = storage.ConnectionString }),
        LiteDbStorage.Provider => await LiteDbStorage.OpenAsync(new LiteDbStorageOptions { Path = storage.Path, TimeProvider = clock }),
        _ => await SqliteStorage.OpenAsync(new SqliteStorageOptions { Path = storage.Path, TimeProvider = clock }),
    };

    builder.AddHosting();
    if (store is not null)
    {
        builder.Services.AddStore(store);
    }

    builder.Services.AddTelemetry(
        configuration.GetSection(TelemetryOptions.Section), ListenOptions.Read(configuration).HttpIsLocal);
    builder.Services
        .AddSingleton(clock)
        .AddSecrets(configuration, storage.File)
        .AddAccess(configuration)
        .AddAdministration(configuration)
        .AddEgress(configuration)
        .AddCatalog()
        .AddFiltering()
        .AddSchemas()
        .AddOperationalEvents()
        .AddEventTypes()
        .AddWebhooks()
        .AddPublishing(configuration)
        .AddSending(configuration)
        .AddRecording(configuration)
        .AddDispatching(configuration)
        .AddWatching(configuration)
        .AddDeliveries()
        .AddMaintenance(configuration, storage.File, storage.Backups);
    builder.Services
        .AddApi(WebhookService.Descriptor, EventService.Descriptor, DeliveryService.Descriptor, AdminService.Descriptor)
        .AddDoors(configuration.GetSection(DoorsOptions.Section));
    // One instance for all calls; gRPC would make one per call otherwise.
    builder.Services.AddSingleton(services => new UnreadAnswers(
        services.GetRequiredService<UnreadBytes>(),
        context => Admission.Of(context)?.Caller is { } caller ? caller.TenantId ?? caller.KeyId : null));
    builder.Services.Configure<GrpcServiceOptions>(grpc =>
    {
        grpc.Interceptors.Add<UnreadAnswers>();
        grpc.Interceptors.Add<ReadTurns>();
        grpc.Interceptors.Add<StreamGuard>();
    });

    await using var app = builder.Build();
    // Before the host looks, which would log a stack trace beside the line for the operator.
    app.Services.GetService<IStartupValidator>()?.Validate();
    if (start.CheckConfig)
    {
        foreach (var line in SettingsReport.Lines(configuration, HostingRegistration.OptionTypes(builder.Services)))
        {
            Console.WriteLine(line);
        }

        return 0;
    }

    SealedNumber.Use(app.Services.GetRequiredService<MasterKey>().Derive("controlplane tokens v1"));
    app.UseCallers();
    app.UseAuthentication();
    app.UseAuthorization();
    app.UseMiddleware<FrameGate>((HttpContext context) => Admission.Of(context)?.Caller.KeyId);
    app.UseMiddleware<AnswerFlush>();
    app.UseDoors();
    app.MapStandardServices();
    app.MapGrpcService<WebhookGrpcService>().WithDoors();
    app.MapGrpcService<EventGrpcService>().WithDoors();
    app.MapGrpcService<DeliveryGrpcService>().WithDoors();
    app.MapGrpcService<AdminGrpcService>().WithDoors();
    app.MapDoors();
    app.MapHealth();
    app.MapTelemetry();
    try
    {
        await app.StartAsync();
    }
    catch
    {
        // What has begun is told to stop: disposed of, the host would take its end for a failure of its own. What fails in that the host
        // logs; why the start failed is what the operator is told.
        await app.StopAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        throw;
    }

    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception e) when (StartupErrors.Describe(e) is { } lines)
{
    foreach (var line in lines)
    {
        await Console.Error.WriteLineAsync(line);
    }

    return 1;
}

static Dictionary<string, OfflineEngine> OfflineEngines() => new()
{
    [LiteDbStorage.Provider] = new(
        path => LiteDbStorage.OpenSourceAsync(new() { Path = path }), path => LiteDbStorage.OpenTargetAsync(new() { Path = path })),
    [SqliteStorage.Provider] = new(
        path => SqliteStorage.OpenSourceAsync(new() { Path = path }), path => SqliteStorage.OpenTargetAsync(new() { Path = path })),
    [PostgresStorage.Provider] = new(
        database => PostgresStorage.OpenSourceAsync(new() { ConnectionString = database }),
        database => PostgresStorage.OpenTargetAsync(new() { ConnectionString = database }),
        async database => (await PostgresStorage.MigrateAsync(new() { ConnectionString = database })).ToString()),
};
