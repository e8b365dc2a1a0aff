namespace ControlPlane.Server.Telemetry;

/// <summary>Settings of <c>ControlPlane:Telemetry</c>.</summary>
internal sealed class TelemetryOptions
{
    public const string Section = "ControlPlane:Telemetry";

    /// <summary>Whether the HTTP listener has the metrics at <c>/metrics</c>, in the text format of Prometheus, for whoever reaches it.</summary>
    /// <value>Default: true if the listener is on a loopback address, else false.</value>
    public bool? Prometheus { get; set; }

    /// <summary>Where telemetry is sent by OTLP.</summary>
    public OtlpOptions Otlp { get; set; } = new();

    /// <summary>Which traces are sent.</summary>
    public TracesOptions Traces { get; set; } = new();
}

/// <summary>Where telemetry is sent.</summary>
internal sealed class OtlpOptions
{
    public const string Variable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>
    /// The address of a collector, such as <c>http://127.0.0.1:4317</c>. The exporter's other settings are those of the environment that its
    /// specification names, such as <c>OTEL_EXPORTER_OTLP_PROTOCOL</c>.
    /// </summary>
    /// <value>Default: the environment's <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>; nothing is sent if that is not set either.</value>
    public string? Endpoint { get; set; }

    /// <summary>Where telemetry is sent after all, by this setting or the environment's; null or empty for nowhere.</summary>
    public string? Resolve() => Endpoint ?? Environment.GetEnvironmentVariable(Variable);
}

/// <summary>Which traces are sent.</summary>
internal sealed class TracesOptions
{
    /// <summary>
    /// Of the publishes that come without a <c>traceparent</c>, how many a trace is made of, 0 to 1; those that come with one are traced if
    /// it says that it is sampled. Needs an address to send to.
    /// </summary>
    /// <value>Default: none, and nothing is traced.</value>
    public double? SamplingRatio { get; set; }
}
