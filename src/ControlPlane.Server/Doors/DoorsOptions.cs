namespace ControlPlane.Server.Doors;

/// <summary>Which doors besides gRPC the HTTP listener has, section <c>ControlPlane:Doors</c>.</summary>
internal sealed class DoorsOptions
{
    public const string Section = "ControlPlane:Doors";

    /// <summary>The API in JSON below <c>/v1</c>.</summary>
    /// <value>Default: true.</value>
    public bool Json { get; set; } = true;

    /// <summary>Events by the HTTP binding of CloudEvents 1.0 at <c>/cloudevents</c>.</summary>
    /// <value>Default: true.</value>
    public bool CloudEvents { get; set; } = true;

    /// <summary>The webhook APIs of five platforms below <c>/platforms</c>.</summary>
    /// <value>Default: true.</value>
    public bool Platforms { get; set; } = true;

    /// <summary>The API of the open-source Svix server below <c>/svix</c>.</summary>
    /// <value>Default: true.</value>
    public bool Svix { get; set; } = true;

    /// <summary>
    /// The origins (<c>https://console.example.com</c>), separated by commas, whose pages browsers let call these doors and gRPC-Web.
    /// </summary>
    /// <value>Default: none.</value>
    public string? Origins { get; set; }

    /// <summary>The origins one by one.</summary>
    public string[] OriginList => Origins?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
