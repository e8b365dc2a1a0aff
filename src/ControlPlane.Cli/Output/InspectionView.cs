using System.Globalization;
using System.Text;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Output;

/// <summary>How previews and probes are shown.</summary>
internal static class InspectionView
{
    private static readonly IReadOnlyList<Column<(int Number, Google.Protobuf.WellKnownTypes.Duration Delay, TimeSpan After)>> ScheduleColumns =
    [
        new("Attempt", row => row.Number.ToString(CultureInfo.InvariantCulture)),
        new("Waits", row => Show.Duration(row.Delay)),
        new("After the first", row => DurationText.Format(row.After)),
    ];

    public static void Print(Printer printer, PreviewRequestResponse preview)
    {
        printer.Item(preview,
        [
            new("request", $"{preview.Method} {preview.Url}".TrimEnd()),
            .. preview.Headers.Select(header => new Field(
                "header", new Cell($"{header.Name}: {header.Value}", preview.RedactedHeaders.Contains(header.Name) ? Tone.Dim : Tone.Plain))),
            .. preview.RedactedHeaders.Select(name => new Field("hidden", $"{name} holds the secret itself; this is its hint")),
            new("body", Encoding.UTF8.GetString(preview.Body.Span)),
            new("attempts", Summary(preview.RetrySchedule ?? new())),
            .. Field.Unless(
                preview.Filter is null, "filter", () => new Cell(preview.Filter!.Detail, preview.Filter.Met ? Tone.Plain : Tone.Bad)),
        ]);
    }

    public static void Print(Printer printer, RetrySchedule schedule)
    {
        printer.Item(schedule, [new("attempts", Summary(schedule))]);
        if (printer.Json || schedule.Delays.Count == 0)
        {
            return;
        }

        var after = TimeSpan.Zero;
        printer.Line();
        printer.Rows([.. schedule.Delays.Select((delay, index) => (index + 2, delay, after += delay.ToTimeSpan()))], ScheduleColumns);
    }

    public static void Print(Printer printer, ProbeWebhookResponse probe)
    {
        printer.Item(probe,
        [
            new("url", probe.Url),
            .. probe.Addresses.Select(address => new Field(
                "address", address.Allowed ? new Cell($"{address.Address} allowed", Tone.Good) : new Cell($"{address.Address} blocked: {address.Reason}", Tone.Bad))),
            .. Field.Unless(probe.ResolveDuration is null, "resolved in", () => Show.Duration(probe.ResolveDuration)),
            .. Field.Unless(probe.RemoteAddress.Length == 0, "connected to", () => $"{probe.RemoteAddress} in {Show.Duration(probe.ConnectDuration)}"),
            .. Field.Unless(probe.TlsProtocol.Length == 0, "handshake", () => $"{probe.TlsProtocol} in {Show.Duration(probe.HandshakeDuration)}"),
            .. Field.Unless(probe.HttpVersion.Length == 0, "http", () => probe.HttpVersion),
            .. Field.Unless(probe.HttpFallback.Length == 0, "fallback", () => probe.HttpFallback),
            .. probe.Certificates.Select(certificate => new Field("certificate", Certificate(certificate))),
            .. Field.Unless(probe.CertificateProblem.Length == 0, "problem", () => new Cell(probe.CertificateProblem, Tone.Bad)),
            .. Field.Unless(
                probe.Failure is FailureKind.Unspecified,
                "failure",
                () => new Cell($"{EnumText.Format(probe.Failure)} {probe.FailureMessage}", Tone.Bad)),
        ]);
    }

    private static string Summary(RetrySchedule schedule)
    {
        var jitter = schedule.Jitter > 0 ? $", jitter {Show.Number(schedule.Jitter)}" : "";
        return $"{schedule.Attempts.ToString(CultureInfo.InvariantCulture)} over {Show.Duration(schedule.Total ?? new())}{jitter}";
    }

    private static string Certificate(ProbedCertificate certificate)
    {
        var names = certificate.AlternativeNames.Count > 0 ? $" for {Show.Words(certificate.AlternativeNames)}" : "";
        return $"{certificate.Subject}{names}, by {certificate.Issuer}, {Show.Time(certificate.NotBeforeTime)} to {Show.Time(certificate.NotAfterTime)}";
    }
}
