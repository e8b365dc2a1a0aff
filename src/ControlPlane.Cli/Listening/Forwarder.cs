using System.Collections.Concurrent;
using System.Globalization;
using ControlPlane.Cli.Commands;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Cli.Listening;

/// <summary>Makes the requests that a webhook would get, for a receiver on this machine.</summary>
internal sealed class Forwarder : IDisposable
{
    private const int LongestAnswer = 200;
    private readonly Session _session;
    private readonly string _webhookId;
    private readonly Uri _target;
    private readonly ConcurrentDictionary<int, Delivery> _exchanges = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    private int _number;

    public Forwarder(Session session, string webhookId, Uri target)
    {
        (_session, _webhookId, _target) = (session, webhookId, target);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Sends a delivery's event and shows the answer.</summary>
    public async Task ForwardAsync(Delivery delivery)
    {
        var number = Interlocked.Increment(ref _number);
        _exchanges[number] = delivery;
        _session.Print.Line(
            $"#{number}", new Cell(delivery.EventType), new Cell(delivery.EventId, Tone.Dim), await TrySendAsync(delivery));
    }

    /// <summary>Sends what had this number once more, as a new exchange.</summary>
    public async Task RepeatAsync(int number)
    {
        if (_exchanges.TryGetValue(number, out var delivery))
        {
            await ForwardAsync(delivery);
        }
        else
        {
            _session.Print.Note($"There is no exchange {number}.");
        }
    }

    private async Task<Cell> TrySendAsync(Delivery delivery)
    {
        try
        {
            return await SendAsync(delivery);
        }
        catch (HttpRequestException e)
        {
            return new(e.Message, Tone.Bad);
        }
        catch (OperationCanceledException) when (!_session.Cancellation.IsCancellationRequested)
        {
            return new("no answer within 60 s", Tone.Bad);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.InvalidArgument or StatusCode.FailedPrecondition)
        {
            return new(e.Status.Detail, Tone.Bad);
        }
    }

    private async Task<Cell> SendAsync(Delivery delivery)
    {
        var read = await _session.Server.Events.GetEventAsync(
            new() { EventId = delivery.EventId, TenantId = delivery.TenantId }, _session.Call());
        var made = await _session.Server.Webhooks.PreviewRequestAsync(new() { WebhookId = _webhookId, Event = read.Event }, _session.Call());
        using var request = new HttpRequestMessage(HttpMethod.Post, _target) { Content = new ByteArrayContent(made.Body.ToByteArray()) };
        foreach (var header in made.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(header.Name, header.Value))
            {
                request.Content.Headers.Remove(header.Name);
                request.Content.Headers.TryAddWithoutValidation(header.Name, header.Value);
            }
        }

        var started = _session.Host.Time.GetTimestamp();
        using var answer = await _http.SendAsync(request, _session.Cancellation);
        var body = await answer.Content.ReadAsStringAsync(_session.Cancellation);
        var code = ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
        var took = DurationText.Format(TimeSpan.FromMilliseconds(Math.Round(_session.Host.Time.GetElapsedTime(started).TotalMilliseconds)));
        return new(
            $"{code} in {took} {(body.Length > LongestAnswer ? body[..LongestAnswer] + "…" : body)}".TrimEnd(),
            answer.IsSuccessStatusCode ? Tone.Good : Tone.Bad);
    }
}
