using System.CommandLine;
using ControlPlane.Cli.Values;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Option = System.CommandLine.Option;

namespace ControlPlane.Cli.Commands.Webhooks;

/// <summary>The flags that describe a webhook, the same for create and update. Only what was written is set.</summary>
internal sealed class WebhookFlags
{
    private readonly Option<string> _url = Flags.Text("--url", "Where to POST, https.", "URL");
    private readonly Option<string[]> _eventTypes =
        Flags.Texts("--event-type", "A type to receive: message.new, message.* or *.", "TYPE");

    private readonly Option<string> _name = Flags.Text("--name", "A name for people.");
    private readonly Option<string> _description = Flags.Text("--description", "Free text for people.");
    private readonly Option<string> _externalId = Flags.Text("--external-id", "Your own id for it.", "ID");
    private readonly Option<string[]> _instances =
        Flags.Texts("--instance", "An instance to receive from; none means all.", "INSTANCE");

    private readonly Option<Pair[]> _matchLabels = Flags.Pairs(
        "--match-label", "A label that events must have to be received; of several values, separated by commas, one suffices.");

    private readonly Option<string> _filter = Flags.Text(
        "--filter", "What an event must be to be received, in CEL: event.payload.amount > 100.", "EXPRESSION");

    private readonly Option<OnFilterError> _onFilterError = Flags.Enum<OnFilterError>(
        "--on-filter-error", "What becomes of events for which the filter cannot be evaluated: deliver (the default) or skip.", "CHOICE");

    private readonly Option<bool?> _enabled =
        new("--enabled") { Description = "Whether it receives events. --enabled lifts a suspension.", HelpName = "true|false" };

    private readonly DialectFlags _dialects = new();

    private readonly Option<SignatureAlgorithm> _signatureAlgorithm = SignatureAlgorithmFlag();

    private readonly Option<Pair[]> _headers = Flags.Pairs("--header", "An extra request header.");
    private readonly Option<Pair[]> _labels = Flags.Pairs("--label", "An annotation.");
    private readonly Option<TimeSpan?> _attemptTimeout =
        Flags.Duration("--timeout-per-attempt", "The deadline of one attempt, 1s to 60s.");

    private readonly Option<int> _maxInFlight =
        new("--max-in-flight") { Description = "How many requests may be under way at once.", HelpName = "COUNT" };

    private readonly Option<double> _maxRate =
        new("--max-rate") { Description = "How many attempts may start per second; 0 means no limit.", HelpName = "PER-SECOND" };

    private readonly Option<HeadOfLine> _headOfLine = Flags.Enum<HeadOfLine>(
        "--head-of-line", "What the later deliveries of an ordering key do while the first one fails: wait, or go on.", "CHOICE");

    private readonly Option<WhileInactive> _whileSuspended = Flags.Enum<WhileInactive>(
        "--while-suspended", "What becomes of events while the server has suspended it: hold (the default) or skip.", "CHOICE");

    private readonly Option<WhileInactive> _whileDisabled = Flags.Enum<WhileInactive>(
        "--while-disabled", "What becomes of events while it is disabled: hold or skip (the default).", "CHOICE");

    private readonly Option<bool?> _sendTraceContext =
        new("--send-trace-context") { Description = "Whether requests carry the traceparent of their event.", HelpName = "true|false" };

    private readonly CertificateFlags _certificate = new();

    private readonly OAuth2Flags _oauth2 = new();

    private readonly RetryFlags _retry = new();

    public Option<string> Url => _url;

    public Option<string[]> EventTypes => _eventTypes;

    /// <summary>The algorithm of a secret, where one is made.</summary>
    public static Option<SignatureAlgorithm> SignatureAlgorithmFlag() => Flags.Enum<SignatureAlgorithm>(
        "--signature-algorithm", "What signatures are made with: dialect (a shared secret) or ed25519 (a key pair).", "ALGORITHM");

    public void AddTo(Command command)
    {
        Option[] all =
        [
            _url, _eventTypes, _name, _description, _externalId, _instances, _matchLabels, _filter, _onFilterError, _enabled, _headers, _labels,
            _signatureAlgorithm, _attemptTimeout, _maxInFlight, _maxRate, _headOfLine, _whileSuspended, _whileDisabled, _sendTraceContext,
        ];
        foreach (var option in all)
        {
            command.Add(option);
        }

        _dialects.AddTo(command);
        _certificate.AddTo(command);
        _oauth2.AddTo(command);
        _retry.AddTo(command);
    }

    /// <summary>Sets what the flags say; the answer is the mask that names exactly that.</summary>
    public async Task<FieldMask> ApplyAsync(Session session, Webhook webhook)
    {
        var mask = new FieldMask();
        Set(_url, "url", () => webhook.Url = session.Get(_url));
        Set(_eventTypes, "event_types", () => webhook.EventTypes.Add(session.Get(_eventTypes)));
        Set(_name, "name", () => webhook.Name = session.Get(_name));
        Set(_description, "description", () => webhook.Description = session.Get(_description));
        Set(_externalId, "external_id", () => webhook.ExternalId = session.Get(_externalId));
        Set(_instances, "instances", () => webhook.Instances.Add(session.Get(_instances)));
        Set(_matchLabels, "match_labels", () => Add(webhook.MatchLabels, session.Get(_matchLabels)));
        Set(_filter, "filter", () => webhook.Filter = session.Get(_filter));
        Set(_onFilterError, "on_filter_error", () => webhook.OnFilterError = session.Get(_onFilterError));
        Set(_enabled, "enabled", () => webhook.Enabled = session.Get(_enabled) ?? true);
        Set(_headers, "headers", () => Add(webhook.Headers, session.Get(_headers)));
        Set(_labels, "labels", () => Add(webhook.Labels, session.Get(_labels)));
        Set(_signatureAlgorithm, "signature_algorithm", () => webhook.SignatureAlgorithm = session.Get(_signatureAlgorithm));
        Set(_attemptTimeout, "timeout", () => webhook.Timeout = Duration.FromTimeSpan(session.Get(_attemptTimeout)!.Value));
        Set(_maxInFlight, "max_in_flight", () => webhook.MaxInFlight = session.Get(_maxInFlight));
        Set(_maxRate, "max_rate_per_second", () => webhook.MaxRatePerSecond = session.Get(_maxRate));
        Set(_headOfLine, "head_of_line", () => webhook.HeadOfLine = session.Get(_headOfLine));
        Set(_whileSuspended, "while_suspended", () => webhook.WhileSuspended = session.Get(_whileSuspended));
        Set(_whileDisabled, "while_disabled", () => webhook.WhileDisabled = session.Get(_whileDisabled));
        Set(_sendTraceContext, "send_trace_context", () => webhook.SendTraceContext = session.Get(_sendTraceContext) ?? true);
        mask.Paths.Add(await _dialects.ApplyAsync(session, webhook));
        mask.Paths.Add(await _certificate.ApplyAsync(session, webhook));
        mask.Paths.Add(await _oauth2.ApplyAsync(session, webhook));
        mask.Paths.Add(_retry.Apply(session, webhook));
        return mask;

        void Set(Option option, string path, Action set)
        {
            if (session.Given(option))
            {
                set();
                mask.Paths.Add(path);
            }
        }
    }

    private static void Add(Google.Protobuf.Collections.MapField<string, string> map, Pair[] pairs)
    {
        foreach (var (key, value) in pairs)
        {
            map.Add(key, value);
        }
    }
}
