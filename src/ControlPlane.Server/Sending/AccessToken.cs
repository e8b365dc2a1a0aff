using System.Globalization;
using System.Net;
using System.Text.Json;

namespace ControlPlane.Server.Sending;

/// <summary>What goes with requests in <c>Authorization: Bearer</c>. Not for logs.</summary>
internal sealed class AccessToken(string text, DateTimeOffset renewTime)
{
    public string Text => text;

    /// <summary>From when on another one is fetched: shortly before it ends.</summary>
    public DateTimeOffset RenewTime => renewTime;

    /// <summary>Whether a text repeats a part of it that is long enough to be told from chance.</summary>
    public bool IsEchoedBy(string answer)
    {
        const int Part = 8;
        if (text.Length < 2 * Part)
        {
            return answer.Contains(text, StringComparison.Ordinal);
        }

        // Every run of twice the length has one of these in it.
        for (var start = 0; start + Part <= text.Length; start += Part)
        {
            if (answer.AsSpan().Contains(text.AsSpan(start, Part), StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>What a token endpoint answered.</summary>
/// <param name="Token">The token; null if there is none.</param>
/// <param name="Failure">Why there is none, for the webhook's owner; otherwise empty.</param>
internal sealed record TokenAnswer(AccessToken? Token, string Failure)
{
    /// <summary>How long a token is kept whose end is not told.</summary>
    private static readonly TimeSpan Untold = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestMargin = TimeSpan.FromSeconds(30);

    /// <summary>The errors that servers have names for (RFC 6749, 5.2 and those in use besides). Any other text could be anything.</summary>
    private static readonly string[] Errors =
    [
        "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope", "invalid_target",
        "access_denied", "server_error", "temporarily_unavailable",
    ];

    public static TokenAnswer Failed(string reason) => new(null, $"No access token could be fetched: {reason}");

    /// <summary>Reads an answer (RFC 6749, 5.1 and 5.2).</summary>
    /// <param name="status">Its status.</param>
    /// <param name="body">Its body.</param>
    /// <param name="now">When it came.</param>
    public static TokenAnswer Read(HttpStatusCode status, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        using var document = Parse(body);
        var root = document?.RootElement;
        if ((int)status is < 200 or > 299)
        {
            var error = root is { } told && Text(told, "error") is { } name && Errors.Contains(name) ? $" ({name})" : "";
            var hint = (int)status is >= 300 and <= 399 ? " Redirects are not followed." : "";
            return Failed($"the token endpoint answered {ResponseClassifier.Name(status)}{error}.{hint}");
        }

        if (root is not { } answer)
        {
            return Failed("the token endpoint's answer is not a JSON object.");
        }

        if (Text(answer, "access_token") is not { Length: > 0 } token || token.Any(c => c is not (> ' ' and <= '~')))
        {
            return Failed("the token endpoint's answer has no access_token that can be sent.");
        }

        if (Text(answer, "token_type") is { } type && !type.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
        {
            return Failed("the token endpoint gives tokens of another type than Bearer.");
        }

        var lifetime = Lifetime(answer);
        var margin = lifetime / 10 < LongestMargin ? lifetime / 10 : LongestMargin;
        return new(new AccessToken(token, now + lifetime - margin), "");
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException)
        {
            // The same as another kind of value.
        }

        return null;
    }

    /// <summary>A text of the answer; null if it is missing or none, or is no valid Unicode.</summary>
    private static string? Text(JsonElement answer, string name)
    {
        try
        {
            return answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Some servers write the number as a text.</summary>
    private static TimeSpan Lifetime(JsonElement answer)
    {
        var seconds = Text(answer, "expires_in") is { } written && double.TryParse(written, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) ? parsed
            : answer.TryGetProperty("expires_in", out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number
            : Untold.TotalSeconds;
        return TimeSpan.FromSeconds(seconds > 0 ? Math.Min(seconds, Longest.TotalSeconds) : 0);
    }
}
