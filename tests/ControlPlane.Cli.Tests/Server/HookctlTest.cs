using System.Net;
using System.Text;
using ControlPlane.Cli.Tests.Server;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Cli.Tests;

/// <summary>Runs the command tree in this process against a real server that records what it is asked.</summary>
public abstract class HookctlTest : IAsyncLifetime
{
    protected const string Key = "cpk_0123456789abcdefghijklmnopqrstuvwxyz";

    private WebApplication? _server;

    internal CallLog Server { get; } = new();

    internal ManualTime Time { get; } = new();

    /// <summary>The environment of the program; tests add to it.</summary>
    protected Dictionary<string, string> Variables { get; } = new() { ["HOOKCTL_KEY"] = Key };

    protected byte[]? Stdin { get; set; }

    protected bool Terminal { get; set; }

    /// <summary>Told of every line that the program writes.</summary>
    protected Action<string>? Written { get; set; }

    protected string Folder { get; } = Directory.CreateTempSubdirectory("hookctl-tests-").FullName;

    /// <summary>What the test gives up after, so that a watch that hangs fails.</summary>
    protected CancellationTokenSource Interrupt { get; } =
        CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(Server).AddGrpc();
        builder.WebHost.ConfigureKestrel(options =>
            options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        _server = builder.Build();
        _server.MapGrpcService<RecordingWebhooks>();
        _server.MapGrpcService<RecordingEvents>();
        _server.MapGrpcService<RecordingDeliveries>();
        _server.MapGrpcService<RecordingAdmin>();
        _server.MapGrpcService<RecordingHealth>();
        await _server.StartAsync(TestContext.Current.CancellationToken);
        Variables["HOOKCTL_ADDRESS"] = _server.Urls.Single();
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        Interrupt.Dispose();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    internal Task<CliRun> RunAsync(string commandLine) => RunAsync(commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    internal async Task<CliRun> RunAsync(params string[] args)
    {
        using var output = new HeardWriter(line => Written?.Invoke(line)) { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        using var bytes = new MemoryStream();
        var host = new CliHost
        {
            Output = output,
            Error = error,
            OpenOutput = () => bytes,
            OpenInput = () => new MemoryStream(Stdin ?? []),
            InputIsTerminal = Stdin is null,
            OutputIsTerminal = Terminal,
            Environment = name => Variables.GetValueOrDefault(name),
            Time = Time,
        };
        var exitCode = await HookctlApp.RunAsync(args, host, Interrupt.Token);
        return new CliRun(exitCode, output.ToString(), error.ToString(), bytes.ToArray());
    }

    protected string FileWith(string text) => FileWith(Encoding.UTF8.GetBytes(text));

    protected string FileWith(byte[] content)
    {
        var path = Path.Combine(Folder, Path.GetRandomFileName());
        File.WriteAllBytes(path, content);
        return path;
    }
}

/// <summary>Collects text and tells of each line.</summary>
internal sealed class HeardWriter(Action<string> heard) : StringWriter
{
    public override void WriteLine(string? value)
    {
        base.WriteLine(value);
        heard(value ?? "");
    }
}

/// <summary>What one run of the program left behind.</summary>
internal sealed record CliRun(int ExitCode, string Output, string Error, byte[] Bytes)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public T Json<T>()
        where T : IMessage, new() => JsonParser.Default.Parse<T>(Assert.Single(Lines));

    public CliRun Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Error}");
        return this;
    }
}
