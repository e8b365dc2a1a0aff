using System.Globalization;

namespace ControlPlane.Signing;

/// <summary>
/// Verifies received webhook requests in one dialect. Make it once and keep it; it is safe for use by many threads at once.
/// </summary>
/// <remarks>
/// <para>
/// A request is valid when every signature header of the dialect that is present, and at least one is, holds a signature
/// of the exact body bytes and the signed headers under any of the secrets; further signatures, of other secrets or other
/// versions, may stand beside it. Comparison takes constant time.
/// </para>
/// <para>
/// Where the dialect signs a timestamp it must be within the tolerance, which bounds how long a recorded request can be
/// replayed. Where it does not (<c>gowa</c>, <c>waha</c>, <c>wawp</c>, <c>github</c>) a timestamp is not looked at, since
/// whoever can replay a request can also change it: recognise duplicates by the message id instead.
/// </para>
/// </remarks>
public sealed class WebhookVerifier
{
    private const int StackChars = 512;

    private readonly DialectPlan _plan;
    private readonly HeaderReader _headers;
    private readonly SigningKey[] _keys;
    private readonly TimeSpan _tolerance;
    private readonly TimeProvider _timeProvider;

    /// <summary>Makes a verifier with one secret.</summary>
    /// <param name="secret">The webhook's secret, as it was shown when the webhook was created.</param>
    /// <param name="dialect">The dialect. Default <see cref="BuiltInDialects.StandardWebhooks"/>.</param>
    /// <param name="tolerance">See the other constructor.</param>
    /// <param name="timeProvider">The clock. Default <see cref="TimeProvider.System"/>.</param>
    /// <exception cref="ArgumentException">The secret is empty or unusable, or the dialect is not valid.</exception>
    public WebhookVerifier(string secret, Dialect? dialect = null, TimeSpan? tolerance = null, TimeProvider? timeProvider = null)
        : this([secret], dialect, tolerance, timeProvider)
    {
    }

    /// <summary>Makes a verifier with several secrets, any of which may have signed: for the time of a rotation.</summary>
    /// <param name="secrets">The secrets, at least one, in any order.</param>
    /// <param name="dialect">The dialect. Default <see cref="BuiltInDialects.StandardWebhooks"/>.</param>
    /// <param name="tolerance">
    /// How far a signed timestamp may be from now, in both directions, counted in the dialect's unit. Default 5 minutes;
    /// <see cref="Timeout.InfiniteTimeSpan"/> for any distance.
    /// </param>
    /// <param name="timeProvider">The clock. Default <see cref="TimeProvider.System"/>.</param>
    /// <exception cref="ArgumentException">There is no secret, one is unusable, or the dialect is not valid.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tolerance is negative.</exception>
    public WebhookVerifier(
        IEnumerable<string> secrets, Dialect? dialect = null, TimeSpan? tolerance = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        _plan = new DialectPlan(dialect ?? BuiltInDialects.StandardWebhooks);
        _headers = new HeaderReader(_plan);
        _keys = [.. secrets.Select(secret => SigningKey.FromSecret(_plan.Dialect, secret))];
        if (_keys.Length == 0)
        {
            throw new ArgumentException("At least one secret is needed.", nameof(secrets));
        }
        _tolerance = tolerance ?? TimeSpan.FromMinutes(5);
        if (_tolerance < TimeSpan.Zero && _tolerance != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance, "A tolerance is not negative.");
        }
        _timeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <summary>Verifies a request, its headers given by a function.</summary>
    /// <param name="header">
    /// Finds a header's value by its name in any case, or gives <see langword="null"/>. In ASP.NET Core:
    /// <c>name => request.Headers[name]</c>.
    /// </param>
    /// <param name="body">The body exactly as received, before any parsing or decoding.</param>
    public VerificationResult Verify(Func<string, string?> header, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(header);
        var values = new MessageValues();
        var received = new string?[_headers.Signatures.Length];
        return _headers.Read(header, ref values, received)
            ?? CheckTime(values)
            ?? CheckSignatures(values, received, body);
    }

    /// <summary>Verifies a request, its headers given as pairs; names count in any case.</summary>
    /// <param name="headers">The headers, such as a dictionary. Values of a repeated name are joined by a comma.</param>
    /// <param name="body">The body exactly as received, before any parsing or decoding.</param>
    public VerificationResult Verify(IEnumerable<KeyValuePair<string, string>> headers, ReadOnlySpan<byte> body) =>
        Verify(HeaderLookup.Of(headers), body);

    /// <summary>Verifies a request, its headers given as by <c>System.Net.Http</c>; names count in any case.</summary>
    /// <param name="headers">The headers. Several values of a name are joined by a comma.</param>
    /// <param name="body">The body exactly as received, before any parsing or decoding.</param>
    public VerificationResult Verify(IEnumerable<KeyValuePair<string, IEnumerable<string>>> headers, ReadOnlySpan<byte> body) =>
        Verify(HeaderLookup.Of(headers), body);

    private VerificationResult? CheckTime(in MessageValues values)
    {
        if ((_plan.Signatures.Signed & Placeholder.Timestamp) == 0)
        {
            return null;
        }
        if (!long.TryParse(values[Placeholder.Timestamp], NumberStyles.None, CultureInfo.InvariantCulture, out var time))
        {
            return VerificationResult.Malformed(_headers.TimestampName);
        }
        if (_tolerance == Timeout.InfiniteTimeSpan)
        {
            return null;
        }
        var now = _timeProvider.GetUtcNow();
        var (current, allowed) = _plan.Dialect.TimestampUnit == TimestampUnit.Milliseconds
            ? (now.ToUnixTimeMilliseconds(), (long)_tolerance.TotalMilliseconds)
            : (now.ToUnixTimeSeconds(), (long)_tolerance.TotalSeconds);
        return (current - time) switch
        {
            var age when age > allowed => VerificationResult.TooOld(_tolerance),
            var age when age < -allowed => VerificationResult.TooNew(_tolerance),
            _ => null,
        };
    }

    private VerificationResult CheckSignatures(in MessageValues values, string?[] received, ReadOnlySpan<byte> body)
    {
        var longest = _plan.Signatures.Length ?? _keys.Max(key => key.Secret.Length);
        Span<char> buffer = longest <= StackChars ? stackalloc char[StackChars] : new char[longest];
        var found = new bool[received.Length];
        foreach (var key in _keys)
        {
            var expected = buffer[..(_plan.Signatures.Length ?? key.Secret.Length)];
            _plan.Signatures.Sign([key], values, body, expected);
            for (var i = 0; i < received.Length; i++)
            {
                found[i] |= received[i] is { } text && _headers.Signatures[i].Contains(text, expected);
            }
        }
        for (var i = 0; i < received.Length; i++)
        {
            if (received[i] is not null && !found[i])
            {
                return VerificationResult.Mismatch;
            }
        }
        return VerificationResult.Valid;
    }
}
