using ControlPlane.Benchmarks.Reporting;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Receivers;

/// <summary>Starts the receiver that was asked for.</summary>
internal static class ReceiverChoice
{
    public const string Auto = "auto";
    public const string Nginx = "nginx";
    public const string Kestrel = "kestrel";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>nginx where there is one, unless the other was asked for; waits until it receives.</summary>
    public static async Task<IReceiver> StartAsync(Bench bench, TestAuthority certificates)
    {
        var workspace = bench.OpenWorkspace();
        if (bench.Settings.Receiver == Nginx || (bench.Settings.Receiver == Auto && NginxReceiver.IsInstalled))
        {
            var nginx = new NginxReceiver(workspace, certificates);
            return await ReadyAsync(bench, nginx, () => nginx.HasExited);
        }

        var kestrel = new KestrelReceiver(workspace, certificates);
        return await ReadyAsync(bench, kestrel, () => kestrel.HasExited);
    }

    private static async Task<IReceiver> ReadyAsync(Bench bench, IReceiver receiver, Func<bool> hasExited)
    {
        for (var started = bench.Clock.GetTimestamp(); ;)
        {
            try
            {
                await receiver.CountAsync(bench.Cancellation);
                return receiver;
            }
            catch (HttpRequestException) when (!hasExited() && bench.Clock.GetElapsedTime(started) < Patience)
            {
                await bench.PauseAsync(Pause);
            }
            catch (HttpRequestException e)
            {
                await receiver.DisposeAsync();
                throw new BenchmarkException($"The receiver ({receiver.Description}) does not answer: {e.Message}");
            }
        }
    }
}
