namespace ControlPlane.Server.Doors;

/// <summary>Which doors besides gRPC the HTTP listener has, section <c>ControlPlane:Doors</c>.</summary>
internal sealed class DoorsOptions
{
    public const string Section = "ControlPlane:Doors";

    /// <summary>The API in JSON below <c>/v1</c>.</summary>
    /// <value>Default: true.</value>
    public bool Json { get; set; } = true;
}
