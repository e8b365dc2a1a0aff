namespace ControlPlane.Server.Catalog;

/// <summary>How the events of tests are told from those that were published.</summary>
internal static class TestEvents
{
    /// <summary>The type of a test that names none.</summary>
    public const string DefaultType = "webhook.test";

    /// <summary>The label that each has; its value is the webhook.</summary>
    public const string Label = "controlplane.test";
}
