using ControlPlane.Testing;

namespace ControlPlane.Faults.Tests;

/// <summary>Receivers that send more than they should: 64 KB of headers and 16 KB of body are read, then they are hung up on.</summary>
public sealed class FloodTests(SharedServer shared) : FaultTest(shared)
{
    public static TheoryData<string> Names => [.. Floods.All.Keys];

    [Theory, MemberData(nameof(Names))]
    public Task Deliver_ReceiverFloods_IsCutOff(string name) => SufferAsync(Floods.All[name]);
}
