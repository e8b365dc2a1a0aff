using System.Buffers;
using System.Text.Json;
using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Hardening;
using ControlPlane.Server.Doors.Json;
using ControlPlane.Server.Publishing;
using ControlPlane.Server.Telemetry;
using Google.Protobuf;

namespace ControlPlane.Server.Doors.CloudEvents;

/// <summary>Takes events by the HTTP binding of CloudEvents 1.0: binary, structured and batched. Answers as the JSON door does.</summary>
internal sealed class CloudEventsDoor(DoorCalls calls, EventGrpcService events)
{
    private const string Path = "/cloudevents";
    private const string Structured = "application/cloudevents";
    private const string Batched = "application/cloudevents-batch";
    private const string JsonFormat = "+json";
    private const int MostOfOne = ((1 << 20) + (128 << 10)) / 3 * 4;
    private const int MostOfMany = MessageLimits.Largest / 3 * 4;
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    public static void Map(IEndpointRouteBuilder endpoints) => new DoorRoutes(endpoints, JsonErrors.Instance).Map(
        "POST",
        Path,
        new AccessRule("events.publish", PlatformOnly: false),
        MostOfMany,
        endpoints.ServiceProvider.GetRequiredService<CloudEventsDoor>().PublishAsync);

    private async Task PublishAsync(HttpContext context)
    {
        var body = context.Request.BodyReader;
        // All of it is there.
        var read = await body.ReadAsync(context.RequestAborted);
        try
        {
            var answer = await PublishAsync(context, read.Buffer);
            context.Response.ContentType = "application/json; charset=utf-8";
            await context.Response.WriteAsync(Formatter.Format(answer), context.RequestAborted);
        }
        finally
        {
            body.AdvanceTo(read.Buffer.End);
        }
    }

    private async Task<IMessage> PublishAsync(HttpContext context, ReadOnlySequence<byte> body)
    {
        var type = MediaType(context.Request);
        var isBatch = type.Equals(Batched + JsonFormat, StringComparison.OrdinalIgnoreCase);
        var isStructured = type.Equals(Structured + JsonFormat, StringComparison.OrdinalIgnoreCase);
        var isUnknown = !isBatch && !isStructured && type.StartsWith(Structured, StringComparison.OrdinalIgnoreCase);
        if (isUnknown || context.Request.Headers.ContentEncoding.Count > 0)
        {
            throw RequestErrors.ContentTypeNotTaken($"{Structured}{JsonFormat}, {Batched}{JsonFormat}, or data with the attributes in headers");
        }

        if (!isBatch && body.Length > MostOfOne)
        {
            throw RequestErrors.MessageTooLarge(Path, MostOfOne);
        }

        var violations = new Violations();
        var tenantId = TenantOf(context.Request.Query, violations);
        var bytes = body.IsSingleSegment ? body.First : body.ToArray();
        if (isBatch)
        {
            var many = Read(() => StructuredMode.ReadBatch(bytes, violations));
            violations.ThrowIfAny();
            IncomingTraces.Set(context, [.. many.Select(CloudEventMapper.TraceOf)]);
            return many.Count == 0
                ? CloudEventMapper.Nothing()
                : await calls.CallAsync(context, events.BatchPublishEvents, CloudEventMapper.ToRequest(many, tenantId));
        }

        var one = isStructured
            ? Read(() => StructuredMode.ReadOne(bytes, violations))
            : new(BinaryMode.Read(context.Request, violations), bytes);
        violations.ThrowIfAny();
        IncomingTraces.Set(context, [CloudEventMapper.TraceOf(one)]);
        return await calls.CallAsync(context, events.PublishEvent, CloudEventMapper.ToRequest(one, tenantId));
    }

    private static string MediaType(HttpRequest request)
    {
        var type = request.ContentType ?? "";
        var end = type.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? type : type[..end]).Trim();
    }

    /// <summary>Whose events, for platform keys: the one thing of a publish that no attribute says.</summary>
    private static string TenantOf(IQueryCollection query, Violations violations)
    {
        var tenantId = "";
        foreach (var (name, values) in query)
        {
            if (name is "tenantId" or "tenant_id" && values.Count == 1)
            {
                tenantId = values[0] ?? "";
            }
            else
            {
                violations.Add(name, "UNKNOWN_FIELD", "is not a field that the query of this call can have");
            }
        }

        return tenantId;
    }

    private static T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (JsonException e)
        {
            throw RequestErrors.NotJson(Path, e.LineNumber + 1, e.BytePositionInLine);
        }
    }
}
