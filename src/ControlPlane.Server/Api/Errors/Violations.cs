using Google.Rpc;
using Grpc.Core;

namespace ControlPlane.Server.Api.Errors;

/// <summary>Collects the wrong fields of a request, so that one error names all of them (the first 100).</summary>
internal sealed class Violations
{
    // Error details travel in a trailer, and clients bound the size of those.
    private const int MostListed = 100;
    private readonly BadRequest _badRequest = new();
    private int _count;
    private string? _message;
    private int _index;

    public bool Any => _count > 0;

    /// <summary>
    /// From here on fields are noted as those of this message, so that no path is written for a field that is right.
    /// </summary>
    /// <param name="message">Its path.</param>
    /// <param name="index">Which one it is, if it is one of a list; else negative.</param>
    public void Within(string message, int index = -1) => (_message, _index) = (message, index);

    /// <summary>Notes a wrong field.</summary>
    /// <param name="field">Its path in the request or in the message it is <see cref="Within"/>, such as <c>webhook.event_types[2]</c>.</param>
    /// <param name="reason">Stable, UPPER_SNAKE_CASE.</param>
    /// <param name="message">What is wrong, with the limit that holds.</param>
    public void Add(string field, string reason, string message)
    {
        _count++;
        if (_count <= MostListed)
        {
            _badRequest.FieldViolations.Add(new BadRequest.Types.FieldViolation
            {
                Field = ErrorText.Shorten(
                    _message is null ? field : _index < 0 ? $"{_message}.{field}" : $"{_message}[{_index}].{field}"),
                Reason = reason,
                Description = ErrorText.Shorten(message),
            });
        }
    }

    /// <summary>Refuses the request if any field is wrong.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT with all violations.</exception>
    public void ThrowIfAny()
    {
        if (Any)
        {
            throw ToException();
        }
    }

    /// <summary>The refusal; there must be a violation.</summary>
    public RequestException ToException()
    {
        var first = _badRequest.FieldViolations[0];
        var fields = _badRequest.FieldViolations.Select(v => v.Field).Distinct().ToList();
        var message = fields.Count == 1 && _count <= MostListed
            ? $"{first.Field}: {string.Join("; ", _badRequest.FieldViolations.Select(v => v.Description))}"
            : $"{(_count > MostListed ? _count : fields.Count)} fields are wrong: {string.Join(", ", fields.Take(10))}";
        return new RequestException(StatusCode.InvalidArgument, "INVALID_FIELDS", message, _badRequest);
    }
}
