using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>What a backlog costs: while it grows because receivers have stopped, and when there is a large one.</summary>
internal sealed class BacklogMode : IMode
{
    public string Name => "backlog";

    public string Summary => "memory and publishes while receivers stand still; due ones among many that wait";

    public async Task RunAsync(Bench bench)
    {
        using var certificates = new TestAuthority();
        await using var receiver = await TimingReceiver.StartAsync(certificates, bench.Cancellation);
        var growing = new GrowingBacklog(bench, Name, certificates);
        await growing.RunAsync("receiver refuses", GrowingBacklog.RefusingUrl());
        await growing.RunAsync("receiver hangs", receiver.HangingUrl);
        await new WaitingBacklog(bench, Name, certificates, receiver).RunAsync();
    }
}
