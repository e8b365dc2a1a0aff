using System.Net;
using ControlPlane.Egress;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Metering;
using ControlPlane.Egress.Trust;
using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Sending;

/// <summary>Makes one request to a receiver and tells how it went.</summary>
internal sealed class WebhookSender(
    EgressInvoker egress, ServerTrust trust, RemoteAddressLedger ledger, IOptions<SendingOptions> options, TimeProvider clock)
{
    /// <summary>Sends. Whatever the receiver does is an outcome.</summary>
    /// <param name="endpoint">Where to.</param>
    /// <param name="delivery">What of.</param>
    /// <param name="source">Its event.</param>
    /// <param name="cutOff">Breaks off.</param>
    /// <param name="writing">Called when there is a connection and the request is written to it.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cutOff"/> was cancelled: how the receiver took it is unknown.</exception>
    public async Task<AttemptOutcome> SendAsync(
        Endpoint endpoint, DeliveryRecord delivery, EventRecord source, CancellationToken cutOff, Action? writing = null)
    {
        using var span = AttemptSpan.Begin(endpoint, delivery, source);
        try
        {
            var outcome = await AttemptAsync(endpoint, delivery, span is null ? source : source with { Trace = span.Context }, writing, cutOff);
            AttemptSpan.Tell(span, outcome);
            return outcome;
        }
        catch (Exception e)
        {
            span?.Fail(e is OperationCanceledException ? "cut_off" : "exception");
            throw;
        }
    }

    private async Task<AttemptOutcome> AttemptAsync(
        Endpoint endpoint, DeliveryRecord delivery, EventRecord source, Action? writing, CancellationToken cutOff)
    {
        var startTime = clock.GetStoreNow();
        if (endpoint.HasEnvelope && !JsonMediaType.Is(source.ContentType))
        {
            return Unsendable(source, startTime);
        }

        // Cancelled by whichever comes first; the cut-off tells by itself that it was it.
        using var deadline = new CancellationTokenSource(endpoint.Timeout, clock);
        var attempt = new Attempt(endpoint, delivery, source, startTime, clock.GetTimestamp(), deadline, writing, cutOff);
        await using var cut = cutOff.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), deadline);
        return endpoint.Token is { } tokens
            ? await SendWithTokenAsync(attempt, tokens)
            : await RequestAsync(attempt, token: null, mayRenew: false);
    }

    /// <summary>A token that was kept may not hold any more; the receiver says so, and gets another one once.</summary>
    private async Task<AttemptOutcome> SendWithTokenAsync(Attempt attempt, TokenSource tokens)
    {
        var held = tokens.Held;
        if (held is not null)
        {
            var outcome = await RequestAsync(attempt, held, mayRenew: true);
            if (outcome.StatusCode != (int)HttpStatusCode.Unauthorized)
            {
                return outcome;
            }

            var renewed = await FetchAsync(attempt, tokens, held);
            return renewed.Token is null ? outcome with { Duration = clock.GetElapsedTime(attempt.Started), Message = $"{outcome.Message} {renewed.Failure}" }
                : Noted(await RequestAsync(attempt, renewed.Token, mayRenew: false));
        }

        var fetched = await FetchAsync(attempt, tokens, refused: null);
        return fetched.Token is not null
            ? await RequestAsync(attempt, fetched.Token, mayRenew: false)
            : new AttemptOutcome
            {
                StartTime = attempt.StartTime,
                Duration = clock.GetElapsedTime(attempt.Started),
                Failure = FailureKind.Token,
                Message = fetched.Failure,
            };

        static AttemptOutcome Noted(AttemptOutcome outcome) =>
            outcome with { Message = $"{outcome.Message} Sent twice: the receiver refused the access token that was kept, and got a new one.".TrimStart() };
    }

    private static async Task<TokenAnswer> FetchAsync(Attempt attempt, TokenSource tokens, AccessToken? refused)
    {
        try
        {
            return await tokens.GetAsync(refused, attempt.Deadline.Token);
        }
        catch (OperationCanceledException)
        {
            attempt.CutOff.ThrowIfCancellationRequested();
            return TokenAnswer.Failed($"the token endpoint gave none in the attempt's {attempt.Endpoint.Timeout.TotalSeconds:0.###} s.");
        }
    }

    private async Task<AttemptOutcome> RequestAsync(Attempt attempt, AccessToken? token, bool mayRenew)
    {
        var (endpoint, deadline) = (attempt.Endpoint, attempt.Deadline);
        using var request = RequestBuilder.Build(endpoint, attempt.Delivery, attempt.Source, attempt.StartTime, token?.Text);
        AttemptDeadline.Set(request, endpoint.Webhook.TenantId, deadline.Token);
        using var trace = new RequestTrace { Writing = attempt.Writing };
        var outcome = new AttemptOutcome { StartTime = attempt.StartTime, Duration = TimeSpan.Zero, Failure = FailureKind.None };
        try
        {
            using var response = await egress.SendAsync(request, trace, endpoint.Connections, deadline.Token);
            outcome = ResponseClassifier.Classify(response, outcome, clock.GetUtcNow());
            // Reading the body could use up the time for the second request.
            if (response.StatusCode >= HttpStatusCode.OK && !(mayRenew && response.StatusCode == HttpStatusCode.Unauthorized))
            {
                Shorten(deadline, endpoint.Timeout - clock.GetElapsedTime(attempt.Started));
                var excerpt = await ResponseBody.ReadExcerptAsync(response.Content, deadline.Token);
                outcome = outcome with { ResponseExcerpt = endpoint.SendsSecret || token?.IsEchoedBy(excerpt) == true ? "" : excerpt };
            }

            if (outcome.Succeeded)
            {
                await RequestBody.WrittenAsync(request.Content, deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (Exception e) when (FailureClassifier.IsOfTheNetwork(e))
        {
            // In this order: the cut-off cancels the deadline, too.
            var isLate = deadline.IsCancellationRequested;
            attempt.CutOff.ThrowIfCancellationRequested();
            outcome = FailureClassifier.Classify(e, outcome, endpoint.Timeout, isLate, trace.WasSent);
            if (endpoint.Connections is not null && outcome.Failure == FailureKind.Protocol)
            {
                // Some receivers give no other answer to a certificate that they do not accept.
                outcome = outcome with { Message = $"{outcome.Message} It may not accept the webhook's client certificate." };
            }
        }

        return outcome with
        {
            Duration = clock.GetElapsedTime(attempt.Started),
            EndingCertificate = EndingOf(endpoint),
            Message = trace.Note.Length == 0 ? outcome.Message : $"{outcome.Message} {trace.Note}".TrimStart(),
            RemoteAddress = outcome.RemoteAddress is { Length: > 0 } known ? known : ledger.Find(endpoint.Url, attempt.Started)?.ToString() ?? "",
        };
    }

    /// <summary>Of the receiver's certificate and the webhook's own, the one that ends first; null if that is not soon.</summary>
    private EndingCertificate? EndingOf(Endpoint endpoint)
    {
        var receivers = trust.EndingCertificates.Find(endpoint.Url);
        return endpoint.Connections?.Certificate.ExpireTime is { } own && EndingCertificates.IsSoon(own, clock.GetUtcNow()) && !(receivers <= own)
            ? new(own, IsClients: true)
            : receivers is { } ends ? new(ends, IsClients: false) : null;
    }

    /// <summary>The body has its own, shorter time, which ends with the deadline at the latest.</summary>
    private void Shorten(CancellationTokenSource deadline, TimeSpan left)
    {
        if (left > options.Value.ExcerptTimeout)
        {
            deadline.CancelAfter(options.Value.ExcerptTimeout);
        }
    }

    /// <summary>Refused here and not at the publish: the other webhooks of the event get it all the same.</summary>
    private static AttemptOutcome Unsendable(EventRecord source, DateTimeOffset now) => new()
    {
        StartTime = now,
        Duration = TimeSpan.Zero,
        Failure = FailureKind.Unsendable,
        Message = $"not sent: the webhook's dialect puts the payload into JSON, and \"{source.ContentType}\" is not a JSON content type",
    };

    /// <summary>What the requests of an attempt have in common.</summary>
    private readonly record struct Attempt(
        Endpoint Endpoint, DeliveryRecord Delivery, EventRecord Source, DateTimeOffset StartTime, long Started, CancellationTokenSource Deadline,
        Action? Writing, CancellationToken CutOff);
}
