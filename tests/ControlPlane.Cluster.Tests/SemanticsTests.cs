namespace ControlPlane.Cluster.Tests;

/// <summary>What holds whichever node is asked, where each hears of the other.</summary>
public sealed class SemanticsTests(TwoNodes nodes) : SemanticsTest(nodes), IClassFixture<TwoNodes>;
