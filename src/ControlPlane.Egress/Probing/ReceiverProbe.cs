using System.Net;
using System.Security.Authentication;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Policy;
using ControlPlane.Egress.Trust;

namespace ControlPlane.Egress.Probing;

/// <summary>
/// Looks at a receiver without sending: resolves, judges, connects and shakes hands by the same parts as every request, and
/// hangs up.
/// </summary>
internal sealed class ReceiverProbe(
    AddressGuard guard, AddressPolicy policy, GuardedConnector connector, ServerTrust trust, Http2Fallbacks fallbacks, TimeProvider time)
{
    private readonly AddressGuard _guard = guard;
    private readonly AddressPolicy _policy = policy;
    private readonly GuardedConnector _connector = connector;
    private readonly ServerTrust _trust = trust;
    private readonly Http2Fallbacks _fallbacks = fallbacks;
    private readonly TimeProvider _time = time;

    /// <summary>Probes. Whatever the receiver does is part of the report.</summary>
    /// <param name="url">Where requests would go.</param>
    /// <param name="owner">Whose probe it is.</param>
    /// <param name="own">The client certificate that requests would present; null for none.</param>
    /// <param name="deadline">For all steps together.</param>
    /// <param name="cancellationToken">The caller waits no longer.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<ProbeReport> ProbeAsync(
        Uri url, string owner, ClientCertificate? own, TimeSpan deadline, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        var run = new Run(this, url, owner, own, either.Token);
        try
        {
            await run.WalkAsync().ConfigureAwait(false);
            return run.Report;
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return run.Report with
            {
                TimedOut = true,
                Failure = new(
                    EgressFailureKind.Connect,
                    $"{run.Step} did not end within {deadline.TotalSeconds:0.###} s.",
                    run.Report.Remote?.Address),
            };
        }
    }

    /// <summary>One probe; what it has found survives the step that fails.</summary>
    private sealed class Run(ReceiverProbe probe, Uri url, string owner, ClientCertificate? own, CancellationToken cancellationToken)
    {
        private readonly string _host = url.HostNameType == UriHostNameType.IPv6 ? url.IdnHost.Trim('[', ']') : url.IdnHost;

        public ProbeReport Report { get; private set; } = new();

        /// <summary>What is being done.</summary>
        public string Step { get; private set; } = "Resolving the host's name";

        public async Task WalkAsync()
        {
            var started = probe._time.GetTimestamp();
            var resolved = await probe._guard.ResolveAsync(_host, url.Port, owner, cancellationToken).ConfigureAwait(false);
            Report = Report with
            {
                Resolving = probe._time.GetElapsedTime(started),
                Addresses = [.. resolved.Addresses.Select(Judge)],
                Allowed = resolved.Failure is null,
                Failure = resolved.Failure,
            };
            if (resolved.Failure is not null)
            {
                return;
            }

            try
            {
                await ConnectAsync(resolved).ConfigureAwait(false);
            }
            catch (EgressException failed)
            {
                Report = Report with { Failure = failed.Failure };
            }
        }

        private ProbedEndpoint Judge(IPAddress address) => new(address, probe._policy.Judge(new IPEndPoint(address, url.Port)));

        private async Task ConnectAsync(GuardedAddresses resolved)
        {
            Step = "Connecting";
            var started = probe._time.GetTimestamp();
            using var use = probe._connector.Use(_host, url.Port);
            await using var connection =
                await probe._connector.ConnectAsync(_host, url.Port, resolved, cancellationToken).ConfigureAwait(false);
            Report = Report with { Connecting = probe._time.GetElapsedTime(started), Remote = connection.Remote };

            Step = "The TLS handshake";
            started = probe._time.GetTimestamp();
            var handshake = new HandshakeProbe(probe._trust, own, probe._time);
            try
            {
                var version = await handshake.RunAsync(connection, _host, cancellationToken).ConfigureAwait(false);
                Report = Report with { HttpVersion = version };
                if (version == HandshakeProbe.Http2 && probe._fallbacks.Find(url) is { } fallback)
                {
                    Report = Report with { HttpVersion = HandshakeProbe.Http11, HttpFallback = fallback };
                }
            }
            catch (Exception exception) when (exception is AuthenticationException or IOException)
            {
                Report = Report with
                {
                    Failure = EgressFailure.OfHandshake(
                    exception, connection.Remote.Address, probe._trust.ClientCertificates.Contains(_host), own is not null)
                };
            }
            finally
            {
                Report = Report with { Presented = handshake.Presented, PresentedOwn = handshake.PresentedOwn ? own!.Subject : "", Handshake = probe._time.GetElapsedTime(started) };
            }
        }
    }
}
