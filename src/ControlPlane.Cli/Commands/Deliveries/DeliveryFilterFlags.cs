using System.CommandLine;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands.Deliveries;

/// <summary>The flags that say which deliveries are meant, the same for lists, watches, redrives and exports.</summary>
internal sealed class DeliveryFilterFlags
{
    private readonly Option<string> _webhook = Flags.Text("--webhook", "Only to this webhook.", "ID");
    private readonly Option<string> _event = Flags.Text("--event", "Only of this event.", "ID");
    private readonly Option<DeliveryState[]> _states = Flags.Enums<DeliveryState>("--state", "Only in this state.");
    private readonly Option<string[]> _types = Flags.Texts("--event-type", "Only of this event type or prefix (message.*).", "TYPE");
    private readonly Option<string> _instance = Flags.Text("--instance", "Only from this instance.", "INSTANCE");
    private readonly CreatedWindow _window = new();

    public void AddTo(Command command)
    {
        command.Add(_webhook);
        command.Add(_event);
        command.Add(_states);
        command.Add(_types);
        command.Add(_instance);
        _window.AddTo(command);
    }

    public ListDeliveriesRequest ToList(Session session)
    {
        var request = new ListDeliveriesRequest
        {
            TenantId = session.Tenant,
            WebhookId = session.Get(_webhook),
            EventId = session.Get(_event),
            Instance = session.Get(_instance),
        };
        request.States.Add(session.Get(_states));
        request.EventTypes.Add(session.Get(_types));
        (request.CreatedAfter, request.CreatedBefore) = _window.Read(session);
        return request;
    }

    /// <summary>As for a list, but dead letters where no state is named.</summary>
    public ListDeliveriesRequest ToListOfDead(Session session)
    {
        var request = ToList(session);
        if (request.States.Count == 0)
        {
            request.States.Add(DeliveryState.Dead);
        }

        return request;
    }

    public RedriveDeliveriesRequest ToRedrive(Session session)
    {
        var list = ToList(session);
        return new RedriveDeliveriesRequest
        {
            TenantId = list.TenantId,
            WebhookId = list.WebhookId,
            EventId = list.EventId,
            Instance = list.Instance,
            States = { list.States },
            EventTypes = { list.EventTypes },
            CreatedAfter = list.CreatedAfter,
            CreatedBefore = list.CreatedBefore,
        };
    }

    public WatchDeliveriesRequest ToWatch(Session session)
    {
        var list = ToList(session);
        return new WatchDeliveriesRequest
        {
            TenantId = list.TenantId,
            WebhookId = list.WebhookId,
            EventId = list.EventId,
            Instance = list.Instance,
            States = { list.States },
            EventTypes = { list.EventTypes },
            CreatedAfter = list.CreatedAfter,
            CreatedBefore = list.CreatedBefore,
        };
    }
}
