using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Policy;

namespace ControlPlane.Egress;

/// <summary>What is left of the guard when a proxy resolves and dials: every request's URL is judged as it was at write,
/// by the settings of today.</summary>
internal sealed class ProxiedUrlGuard(UrlPolicy urls, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var verdict = urls.Check(request.RequestUri?.AbsoluteUri);
        if (verdict.IsAllowed)
        {
            return base.SendAsync(request, cancellationToken);
        }

        var message = string.Join(' ', verdict.Violations.Select(violation => violation.Message));
        var failure = new EgressFailure(EgressFailureKind.BlockedAddress, message);
        return Task.FromException<HttpResponseMessage>(
            new HttpRequestException(HttpRequestError.ConnectionError, message, new EgressException(failure)));
    }
}
