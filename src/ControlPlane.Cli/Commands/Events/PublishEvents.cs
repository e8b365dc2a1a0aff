using System.CommandLine;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;
using Google.Protobuf;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;

namespace ControlPlane.Cli.Commands.Events;

/// <summary><c>hookctl events publish</c></summary>
internal static class PublishEvents
{
    private static readonly Option<string> Type = Flags.Text("--type", "What happened, such as message.new.", "TYPE");
    private static readonly Option<string> Data =
        Flags.Text("--data", "The payload, sent as it is: the text, @FILE, or - for stdin. Without it, what is piped in.", "DATA");

    private static readonly Option<string> Id = Flags.Text("--id", "The event's id; repeating it publishes once.", "ID");
    private static readonly Option<string> IdempotencyKey =
        Flags.Text("--idempotency-key", "Makes a repeat safe without choosing the id.", "KEY");

    private static readonly Option<string> OrderingKey =
        Flags.Text("--ordering-key", "Each webhook gets the events of a key one at a time, in order.", "KEY");

    private static readonly Option<string> Instance = Flags.Text("--instance", "The instance that it comes from.", "INSTANCE");
    private static readonly Option<string> ContentType =
        Flags.Text("--content-type", "The payload's media type. [default: application/json]", "TYPE");

    private static readonly Option<Pair[]> Labels = Flags.Pairs("--label", "An annotation, not sent to receivers.");
    private static readonly Option<TimeText?> Expires =
        Flags.Time("--expires", "From when on nothing sends it and it is erased.");

    private static readonly Option<string> Batch = Flags.Text(
        "--batch",
        "Publish one event per line of a file, or of stdin with -: JSON objects with type, data (any JSON, sent exactly as written) "
        + "or payload (base64), and id, instance, contentType, idempotencyKey, orderingKey, labels, expireTime. All or none of every 1,000.",
        "FILE");

    public static Command Create(CommandRunner runner)
    {
        Option[] ofOne = [Type, Data, Id, IdempotencyKey, OrderingKey, Instance, ContentType, Labels, Expires];
        var command = new Command("publish", "Publishes an event, or a file of events.");
        foreach (var option in ofOne)
        {
            command.Add(option);
        }

        command.Add(Batch);
        command.Validators.Add(result =>
        {
            var single = ofOne.FirstOrDefault(option => result.GetResult(option) is { Implicit: false });
            if (result.GetResult(Batch) is not null && single is not null)
            {
                result.AddError($"--batch and {single.Name} exclude each other.");
            }
            else if (result.GetResult(Batch) is null && result.GetResult(Type) is null)
            {
                result.AddError("--type is required, or --batch.");
            }
        });
        return runner.Handle(command, session =>
            session.Given(Batch) ? EventBatches.PublishAsync(session, session.Get(Batch)) : PublishOneAsync(session));
    }

    private static async Task PublishOneAsync(Session session)
    {
        if (!session.Given(Data) && session.Host.InputIsTerminal)
        {
            throw new UsageException("No payload: give --data or pipe it in.");
        }

        var published = new Event
        {
            TenantId = session.Tenant,
            Type = session.Get(Type),
            Id = session.Get(Id),
            IdempotencyKey = session.Get(IdempotencyKey),
            OrderingKey = session.Get(OrderingKey),
            Instance = session.Get(Instance),
            ContentType = session.Get(ContentType),
            Payload = ByteString.CopyFrom(await InputBytes.ReadDataAsync(session, session.Given(Data) ? session.Get(Data) : "-")),
        };
        published.ExpireTime = session.Get(Expires) is { } expires ? Timestamp.FromDateTimeOffset(expires.After(session.Now)) : null;
        foreach (var (key, value) in session.Get(Labels))
        {
            published.Labels.Add(key, value);
        }

        var answer = await session.Server.Events.PublishEventAsync(new PublishEventRequest { Event = published }, session.Call());
        session.Print.Item(answer, EventView.Fields(answer));
    }
}
