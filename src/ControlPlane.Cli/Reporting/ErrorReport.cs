using ControlPlane.Cli.Connection;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.Client;
using Google.Rpc;
using Grpc.Core;

namespace ControlPlane.Cli.Reporting;

/// <summary>Puts a failed call into words: the server's message, then one line per detail.</summary>
internal static class ErrorReport
{
    /// <summary>Writes the report and gives the exit code.</summary>
    public static int Write(RpcException error, ServerConnection connection, TextWriter output)
    {
        var details = Details(error);
        // Details come from the server's own hand.
        if (details is null && Unreached.Reason(error) is { } reason)
        {
            output.WriteLine($"error: cannot reach {connection.Address}: {SafeText.Line(reason)}");
            return ExitCodes.NotConnected;
        }

        if (error.StatusCode is StatusCode.DeadlineExceeded)
        {
            output.WriteLine($"error: {connection.Address} did not answer in time; --timeout allows more");
            return ExitCodes.NotConnected;
        }

        var codes = new[] { Name(error.StatusCode), error.Reason() }.OfType<string>().Distinct();
        output.WriteLine(SafeText.Line($"error: {error.Status.Detail} ({string.Join(", ", codes)})"));
        foreach (var line in details is null ? [] : details.Details.SelectMany(Lines))
        {
            output.WriteLine($"  {SafeText.Line(line)}");
        }

        if (error.StatusCode is StatusCode.Unauthenticated)
        {
            output.WriteLine(connection.HasKey ? "  Is the key in HOOKCTL_KEY or --key still valid?" : "  Set HOOKCTL_KEY or pass --key.");
            return ExitCodes.NotConnected;
        }

        return ExitCodes.Failed;
    }

    private static IEnumerable<string> Lines(Google.Protobuf.WellKnownTypes.Any detail)
    {
        if (detail.TryUnpack<BadRequest>(out var badRequest))
        {
            return badRequest.FieldViolations.Select(v => $"{v.Field}: {v.Description}{(v.Reason.Length > 0 ? $" ({v.Reason})" : "")}");
        }

        if (detail.TryUnpack<RetryInfo>(out var retry) && retry.RetryDelay is not null)
        {
            return [$"try again in {DurationText.Format(retry.RetryDelay.ToTimeSpan())}"];
        }

        if (detail.TryUnpack<QuotaFailure>(out var quota))
        {
            return quota.Violations.Select(v => $"limit of {v.Subject}: {v.Description}");
        }

        if (detail.TryUnpack<PreconditionFailure>(out var precondition))
        {
            return precondition.Violations.Select(v => $"{v.Subject}: {v.Description} ({v.Type})");
        }

        return detail.TryUnpack<ErrorInfo>(out var info) ? info.Metadata.Select(entry => $"{entry.Key}: {entry.Value}") : [];
    }

    private static Google.Rpc.Status? Details(RpcException error) => error.Trailers.GetRpcStatus(ignoreParseError: true);

    private static string Name(StatusCode code) =>
        string.Concat(code.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}"));
}
