using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace ControlPlane.Testing.Postgres;

/// <summary>
/// A PostgreSQL server with a directory and a port of its own, which ends with the process that started it. With
/// <c>CONTROLPLANE_TEST_POSTGRES</c> set to a connection string it stands for that server instead.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "postgres";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly string? _folder;
    private readonly string _settings;
    private readonly int _port;
    private Process? _run;
    private int _databases;

    private PostgresServer(string? folder, string settings, int port, string connectionString) =>
        (_folder, _settings, _port, ConnectionString) = (folder, settings, port, connectionString);

    /// <summary>How to reach its database for administration.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="settings">Settings beside its own, such as <c>fsync=off</c>.</param>
    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        if (Environment.GetEnvironmentVariable("CONTROLPLANE_TEST_POSTGRES") is { Length: > 0 } other)
        {
            return new PostgresServer(null, "", 0, other);
        }

        var folder = Directory.CreateTempSubdirectory("controlplane-postgres-").FullName;
        var port = FreePort();
        var server = new PostgresServer(
            folder, string.Concat(settings.Select(setting => $" -c {setting}")), port,
            $"Host=127.0.0.1;Port={port};Username={User};Database=postgres;Pooling=false;Timeout=5");
        try
        {
            await server.MakeAsync();
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it (again) and waits until it takes connections.</summary>
    public async Task StartAsync()
    {
        // Whoever holds its standard input keeps it running.
        _run = Launch(
            $"{Program("postgres")} -D {_folder}/data -p {_port} -k {_folder} -c listen_addresses=127.0.0.1 -c max_connections=300 "
            + $"-c shared_buffers=64MB -c max_locks_per_transaction=256 -c log_min_messages=fatal{_settings} >>{_folder}/log 2>&1 & "
            + "pid=$!; cat >/dev/null; kill -QUIT $pid 2>/dev/null; wait $pid");
        for (var started = TimeProvider.System.GetTimestamp(); !await IsReadyAsync();)
        {
            if (TimeProvider.System.GetElapsedTime(started) > Limit)
            {
                throw new InvalidOperationException($"PostgreSQL did not start:\n{await File.ReadAllTextAsync($"{_folder}/log")}");
            }

            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    /// <summary>Ends it: without <paramref name="cleanly"/> as if it crashed.</summary>
    public async Task StopAsync(bool cleanly)
    {
        await RunAsync($"kill -{(cleanly ? "INT" : "QUIT")} $(head -1 {_folder}/data/postmaster.pid)");
        await EndAsync();
    }

    /// <summary>What it logged; null if it is not a server of the tests' own.</summary>
    public async Task<string?> ReadLogAsync() => _folder is null ? null : await File.ReadAllTextAsync($"{_folder}/log");

    /// <summary>Makes a database and returns how to reach it.</summary>
    /// <param name="template">The database that it is a copy of; null for an empty one.</param>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var name = string.Create(
            CultureInfo.InvariantCulture, $"cp_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}_{Guid.NewGuid().ToString("N")[..6]}");
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {template ?? "template0"}");
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name, Pooling = true }.ConnectionString;
    }

    /// <summary>Removes a database and whoever is connected to it.</summary>
    public Task DropDatabaseAsync(string connectionString) =>
        ExecuteAsync($"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");

    /// <summary>Runs statements in the administration's database, or another one.</summary>
    public async Task ExecuteAsync(string sql, string? connectionString = null)
    {
        await using var connection = new NpgsqlConnection(connectionString ?? ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Reads a number.</summary>
    public static async Task<double> ReadNumberAsync(string sql, string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"SELECT ({sql})::float8", connection);
        return (double)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        if (_folder is not null)
        {
            await RunAsync($"rm -rf {_folder}/data");
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task MakeAsync()
    {
        if (Environment.UserName == "root" && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder!, (UnixFileMode)0b111_111_111);
        }

        await RunAsync($"{Program("initdb")} -D {_folder}/data -U {User} -A trust -E UTF8 --locale=C.UTF-8 --no-sync >{_folder}/log 2>&1");
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            await ExecuteAsync("SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task EndAsync()
    {
        if (_run is { } run)
        {
            _run = null;
            run.StandardInput.Close();
            await run.WaitForExitAsync();
            run.Dispose();
        }
    }

    private static async Task RunAsync(string script)
    {
        using var run = Launch(script);
        run.StandardInput.Close();
        await run.WaitForExitAsync();
        if (run.ExitCode != 0)
        {
            throw new InvalidOperationException($"Ended with {run.ExitCode}: {script}");
        }
    }

    /// <summary>Runs a script of the shell as somebody who may run PostgreSQL, which refuses root.</summary>
    private static Process Launch(string script)
    {
        string[] command = Environment.UserName == "root"
            ? ["runuser", "-u", User, "--", "sh", "-c", script]
            : ["sh", "-c", script];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, WorkingDirectory = "/" };
        return Process.Start(start)!;
    }

    private static string Program(string name) =>
        Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture))
            .Select(folder => Path.Combine(folder, "bin", name)).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"There is no {name}: install the package postgresql.");

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
