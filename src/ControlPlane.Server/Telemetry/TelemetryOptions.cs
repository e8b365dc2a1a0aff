namespace ControlPlane.Server.Telemetry;

/// <summary>Settings of <c>ControlPlane:Telemetry</c>.</summary>
internal sealed class TelemetryOptions
{
    public const string Section = "ControlPlane:Telemetry";

    /// <summary>Whether the HTTP listener has the metrics at <c>/metrics</c>, in the text format of Prometheus, for whoever reaches it.</summary>
    /// <value>Default: true if the listener is on a loopback address, else false.</value>
    public bool? Metrics { get; set; }

    /// <summary>
    /// Where metrics and traces are sent by OTLP, such as <c>http://127.0.0.1:4317</c>. The other settings of the exporter are those of the
    /// environment that its specification names (<c>OTEL_EXPORTER_OTLP_PROTOCOL</c>, <c>OTEL_TRACES_SAMPLER</c> and so on).
    /// </summary>
    /// <value>Default: the environment's <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>; nothing is sent if that is not set either.</value>
    public string? OtlpEndpoint { get; set; }
}
