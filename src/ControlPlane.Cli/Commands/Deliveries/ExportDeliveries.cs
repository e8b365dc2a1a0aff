using System.CommandLine;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands.Deliveries;

/// <summary><c>hookctl deliveries export</c></summary>
internal static class ExportDeliveries
{
    private const int PageSize = 200;

    public static Command Create(CommandRunner runner)
    {
        var filter = new DeliveryFilterFlags();
        var output = Flags.Text("--output", "Write to this file instead; it appears when it is complete.", "FILE");
        var command = new Command(
            "export",
            "Writes deliveries with their attempts and events as JSON lines, newest first: {\"delivery\": ..., \"event\": ...}, the "
            + "payload in base64, no event where none is stored any more. Dead letters unless --state says otherwise. Needs the "
            + "scopes deliveries.read and events.read.")
        {
            output,
        };
        filter.AddTo(command);
        return runner.Handle(command, async session =>
        {
            var request = filter.ToListOfDead(session);
            if (!session.Given(output))
            {
                await WriteAsync(session, request, session.Host.Output);
                return;
            }

            var path = session.Get(output);
            var partial = path + ".part";
            int count;
            await using (var file = new StreamWriter(partial))
            {
                file.NewLine = "\n";
                count = await WriteAsync(session, request, file);
            }

            File.Move(partial, path, overwrite: true);
            session.Print.Note($"{count} deliveries written to {path}");
        });
    }

    private static async Task<int> WriteAsync(Session session, ListDeliveriesRequest request, TextWriter writer)
    {
        var (lines, count) = (new ExportLines(session), 0);
        request.PageSize = PageSize;
        do
        {
            var page = await session.Server.Deliveries.ListDeliveriesAsync(request, session.Call());
            request.PageToken = page.NextPageToken;
            await foreach (var line in lines.ReadAsync(page.Deliveries))
            {
                await writer.WriteLineAsync(line.AsMemory(), session.Cancellation);
                count++;
            }
        }
        while (request.PageToken.Length > 0);
        return count;
    }
}
