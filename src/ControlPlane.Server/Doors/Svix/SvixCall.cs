using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>One request of the door: what it says, the calls that it makes, and how it is answered.</summary>
internal sealed partial class SvixCall
{
    private readonly HttpContext _context;
    private readonly DoorCalls _calls;

    public SvixCall(HttpContext context, DoorCalls calls)
    {
        (_context, _calls) = (context, calls);
        Query = new(context.Request.Query, Violations);
    }

    /// <summary>What is wrong with the request so far.</summary>
    public Violations Violations { get; } = new();

    public SvixQuery Query { get; }

    public Caller Caller => Admission.Of(_context)!.Caller;

    /// <summary>The caller's name for the request; empty if it has none.</summary>
    public string IdempotencyKey => _context.Request.Headers["idempotency-key"].ToString();

    public CancellationToken Cancel => _context.RequestAborted;

    /// <summary>The address at which the door was reached, such as <c>http://127.0.0.1:7401</c>.</summary>
    public string Origin => $"{_context.Request.Scheme}://{_context.Request.Host}";

    /// <summary>A text that Svix takes for an id of the caller's.</summary>
    public static bool IsUid(string text) => Uid().IsMatch(text);

    /// <summary>Calls a method of a service.</summary>
    /// <exception cref="RequestException">The method's scope is missing, and the method's own errors.</exception>
    public Task<TResponse> AskAsync<TRequest, TResponse>(UnaryServerMethod<TRequest, TResponse> method, TRequest request)
        where TRequest : class, IMessage
        where TResponse : class, IMessage => _calls.CallAsync(_context, method, request);

    /// <summary>Calls a method; null instead of NOT_FOUND.</summary>
    public Task<TResponse?> FindAsync<TRequest, TResponse>(UnaryServerMethod<TRequest, TResponse> method, TRequest request)
        where TRequest : class, IMessage
        where TResponse : class, IMessage => OrNullAsync(() => AskAsync(method, request));

    /// <summary>
    /// Calls a method whatever the caller's scopes are, to find out what the request is about: the caller sees nothing of the answer that
    /// the scope of the route does not cover.
    /// </summary>
    public Task<TResponse> LookAsync<TRequest, TResponse>(UnaryServerMethod<TRequest, TResponse> method, TRequest request)
        where TRequest : class, IMessage
        where TResponse : class, IMessage => method(request, new DoorCall(_context, method.Method.Name));

    /// <summary>The same; null instead of NOT_FOUND.</summary>
    public Task<TResponse?> LookUpAsync<TRequest, TResponse>(UnaryServerMethod<TRequest, TResponse> method, TRequest request)
        where TRequest : class, IMessage
        where TResponse : class, IMessage => OrNullAsync(() => LookAsync(method, request));

    /// <summary>A part of the path, which is an id or a name.</summary>
    public string Path(string name)
    {
        var text = (string)_context.Request.RouteValues[name]!;
        if (!IsUid(text))
        {
            Violations.Add($"path.{name}", "ID_INVALID", SvixText.UidRule);
        }

        return text;
    }

    /// <summary>Refuses a caller who lacks a scope that no method asks for.</summary>
    /// <exception cref="RequestException">PERMISSION_DENIED.</exception>
    public void Require(string scope)
    {
        if (!Caller.Scopes.Contains(scope))
        {
            throw RequestErrors.ScopeMissing(scope);
        }
    }

    public ValueTask<BodyFields> ReadBodyAsync() => BodyFields.ReadAsync(_context, Violations, "body.");

    /// <summary>Refuses the request if anything of it was noted as wrong. Once everything of it was asked for.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public void Check()
    {
        Query.End();
        Violations.ThrowIfAny();
    }

    /// <summary>Answers with a status and, unless it is null, a body.</summary>
    public async Task AnswerAsync(int status, JsonNode? body = null)
    {
        var response = _context.Response;
        response.StatusCode = status;
        if (body is not null)
        {
            response.ContentType = JsonContent.Type;
            await using var writer = new Utf8JsonWriter(response.BodyWriter, SvixText.Options);
            body.WriteTo(writer);
        }
    }

    private static async Task<TResponse?> OrNullAsync<TResponse>(Func<Task<TResponse>> call)
        where TResponse : class
    {
        try
        {
            return await call();
        }
        catch (RequestException e) when (e.Code == StatusCode.NotFound)
        {
            return null;
        }
    }

    [GeneratedRegex("^[a-zA-Z0-9_.-]{1,256}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Uid();
}
