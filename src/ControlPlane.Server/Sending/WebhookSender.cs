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
    /// <exception cref="OperationCanceledException"><paramref name="cutOff"/> was cancelled: how the receiver took it is unknown.</exception>
    public async Task<AttemptOutcome> SendAsync(Endpoint endpoint, DeliveryRecord delivery, EventRecord source, CancellationToken cutOff)
    {
        var startTime = clock.GetStoreNow();
        if (endpoint.HasEnvelope && !JsonMediaType.Is(source.ContentType))
        {
            return Unsendable(source, startTime);
        }

        var started = clock.GetTimestamp();
        // Cancelled by whichever comes first; the cut-off tells by itself that it was it.
        using var deadline = new CancellationTokenSource(endpoint.Timeout, clock);
        await using var cut = cutOff.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), deadline);
        using var request = RequestBuilder.Build(endpoint, delivery, source, startTime);
        AttemptDeadline.Set(request, endpoint.Webhook.TenantId, deadline.Token);
        using var trace = new RequestTrace();
        var outcome = new AttemptOutcome { StartTime = startTime, Duration = TimeSpan.Zero, Failure = FailureKind.None };
        try
        {
            using var response = await egress.SendAsync(request, trace, endpoint.Connections, deadline.Token);
            outcome = ResponseClassifier.Classify(response, outcome, clock.GetUtcNow());
            if (response.StatusCode >= HttpStatusCode.OK)
            {
                Shorten(deadline, endpoint.Timeout - clock.GetElapsedTime(started));
                var excerpt = await ResponseBody.ReadExcerptAsync(response.Content, deadline.Token);
                outcome = outcome with { ResponseExcerpt = endpoint.SendsSecret ? "" : excerpt };
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
            cutOff.ThrowIfCancellationRequested();
            outcome = FailureClassifier.Classify(e, outcome, endpoint.Timeout, isLate, trace.WasSent);
            if (endpoint.Connections is not null && outcome.Failure == FailureKind.Protocol)
            {
                // Some receivers give no other answer to a certificate that they do not accept.
                outcome = outcome with { Message = $"{outcome.Message} It may not accept the webhook's client certificate." };
            }
        }

        return outcome with
        {
            Duration = clock.GetElapsedTime(started),
            EndingCertificate = EndingOf(endpoint),
            Message = trace.Note.Length == 0 ? outcome.Message : $"{outcome.Message} {trace.Note}".TrimStart(),
            RemoteAddress = outcome.RemoteAddress is { Length: > 0 } known ? known : ledger.Find(endpoint.Url, started)?.ToString() ?? "",
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
}
