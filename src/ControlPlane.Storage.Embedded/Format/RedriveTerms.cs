using System.Text.Json.Serialization;

namespace ControlPlane.Storage.Embedded;

/// <summary>What was asked of a redrive, as stored.</summary>
internal sealed record RedriveTerms(
    [property: JsonPropertyName("selection")] DeliveryFilter Filter, double MaxRatePerSecond, ReplayTerms? Replay = null);
