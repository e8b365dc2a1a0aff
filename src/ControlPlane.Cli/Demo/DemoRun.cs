using ControlPlane.Cli.Connection;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Reporting;
using Grpc.Core;

namespace ControlPlane.Cli.Demo;

/// <summary>Puts the real parts up, lets the story run between them, and takes them down again, whatever happens.</summary>
internal sealed class DemoRun(Printer print, TimeProvider time)
{
    public async Task RunAsync(string serverAssembly, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        using var certificates = new DemoCertificates(time);
        await using var server = new DemoServer(serverAssembly, certificates.AuthorityPem, time);
        using var connection = new ServerConnection(server.Settings, time);
        try
        {
            await server.StartAsync(connection, cancellationToken);
            Say($"server    process {server.ProcessId} serves at {server.Settings.Address.GetLeftPart(UriPartial.Authority)}, temporary store");
            await using var receiver = await DemoReceiver.StartAsync(certificates.Receiver, cancellationToken);
            Say($"receiver  HTTPS at {receiver.Url("")}, certificate of an authority made for this run");

            await WatchedAsync(connection, receiver, cancellationToken);

            await server.StopAsync();
            Say($"stopped   the server ended on SIGTERM with exit code 0; {time.GetElapsedTime(started).TotalSeconds:0.0} s in all");
        }
        catch (RpcException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var words = new StringWriter();
            ErrorReport.Write(e, connection, words);
            throw Failed(server, words.ToString().TrimEnd());
        }
        catch (DemoFailedException e)
        {
            throw Failed(server, e.Message);
        }
    }

    private async Task WatchedAsync(ServerConnection connection, DemoReceiver receiver, CancellationToken cancellationToken)
    {
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var feed = new DeliveryFeed(time);
        var watch = feed.RunAsync(connection.Watch(print.Note), watching.Token);
        try
        {
            await feed.Ready.WaitAsync(TimeSpan.FromSeconds(10), time, cancellationToken);
            Say("watch     the stream of deliveries stands");
            await new DemoStory(connection, receiver, feed, print, time).TellAsync(cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new DemoFailedException("The watch did not become ready within 10 s.");
        }
        finally
        {
            await watching.CancelAsync();
            await watch;
        }
    }

    private static DemoFailedException Failed(DemoServer server, string message) => new(
        server.Output.Length == 0 ? message : $"{message}{Environment.NewLine}The server's last lines:{Environment.NewLine}{server.Output}");

    private void Say(string text) => print.Line(new Cell("ok", Tone.Good), text);
}
