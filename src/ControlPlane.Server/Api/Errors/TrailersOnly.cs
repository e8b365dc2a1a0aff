using System.Globalization;
using System.Text;

namespace ControlPlane.Server.Api.Errors;

/// <summary>
/// Ends a call before the library has begun it: an answer of headers alone, which gRPC calls Trailers-Only. What the caller still
/// sends is not read.
/// </summary>
internal static class TrailersOnly
{
    public static Task WriteAsync(HttpResponse response, RequestException refusal)
    {
        var error = refusal.ToRpcException();
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = ((int)error.StatusCode).ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Escape(error.Status.Detail);
        foreach (var trailer in error.Trailers.Where(t => t.IsBinary))
        {
            response.Headers[trailer.Key] = Convert.ToBase64String(trailer.ValueBytes).TrimEnd('=');
        }

        return response.CompleteAsync();
    }

    /// <summary>Percent-encoded as the protocol has it: what is not printable ASCII, and the percent sign.</summary>
    private static string Escape(string message)
    {
        var text = new StringBuilder(message.Length);
        foreach (var value in Encoding.UTF8.GetBytes(message))
        {
            _ = value is >= (byte)' ' and <= (byte)'~' and not (byte)'%'
                ? text.Append((char)value)
                : text.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
        }

        return text.ToString();
    }
}
