using ControlPlane.Server.Api.Errors;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ControlPlane.Server.Api.Hardening;

/// <summary>
/// Charges answers to their connection and caller from before they are made until the connection has taken them. What can be large is
/// charged at its most at first: to find out that there is no room for it after it was made would be too late.
/// </summary>
internal sealed class UnreadAnswers(UnreadBytes unread, Func<HttpContext, string?> keyOf) : Interceptor
{
    /// <summary>An answer that is no larger is not charged: the buffers of its stream bound it.</summary>
    private const int Small = 16 << 10;

    /// <summary>A page of a list; those end at so many bytes.</summary>
    private const int Page = 1 << 20;

    /// <summary>An event's payload, the most that can be configured.</summary>
    private const int OneEvent = 1 << 20;
    private const int Attempts = 256 << 10;

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var http = context.GetHttpContext();
        var most = MostOf(context.Method);
        var charge = most > 0 ? await ChargeAsync(http, most, context.CancellationToken) : null;
        try
        {
            var response = await continuation(request, context);
            var bytes = response is IMessage message ? message.CalculateSize() : 0;
            if (bytes <= Small)
            {
                charge?.Dispose();
                return response;
            }

            // AnswerFlush frees it.
            charge?.Shrink(bytes);
            charge ??= await ChargeAsync(http, bytes, context.CancellationToken);
            http.Features.Set(charge);
            return response;
        }
        catch
        {
            charge?.Dispose();
            throw;
        }
    }

    private async ValueTask<HeldBytes.Charge> ChargeAsync(HttpContext http, int bytes, CancellationToken cancellationToken) =>
        await unread.ChargeAsync(http.Connection.Id, keyOf(http) ?? "", bytes, cancellationToken)
        ?? throw RequestErrors.TooMuchUnread(UnreadBytes.Patience);

    private static int MostOf(string method) => method.AsSpan(method.LastIndexOf('/') + 1) switch
    {
        var name when name.StartsWith("List") => Page,
        "GetEvent" or "PreviewRequest" => OneEvent,
        "GetDelivery" => Attempts,
        _ => 0,
    };
}
