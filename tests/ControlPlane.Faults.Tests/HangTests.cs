using System.Net.Security;
using ControlPlane.Faults.Tests.Receiving;
using ControlPlane.Testing;

namespace ControlPlane.Faults.Tests;

/// <summary>
/// Receivers that take their time before they answer: one deadline is over all an attempt does. On a busy machine it can pass
/// before a fault is reached, so where a connection is made only the deadline is looked for in the message.
/// </summary>
public sealed class HangTests(SharedServer shared) : FaultTest(shared)
{
    private const string TooLate = " within 4 s";

    private static readonly Dictionary<string, Fault> Faults = new()
    {
        ["status line hangs"] = Fault.TimesOut(0, TooLate, c => c.AnswerAndHangAsync("HTTP/1.1 2")),
        ["headers hang"] = Fault.TimesOut(0, TooLate, c => c.AnswerAndHangAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n")),
        ["headers drip"] = Fault.TimesOut(0, TooLate, async c =>
        {
            await c.AnswerAsync("HTTP/1.1 200 OK\r\nX-Drip: ");
            await c.DripAsync("x");
        }),
        ["interim answers drip"] = Fault.TimesOut(0, TooLate, async c =>
        {
            await c.ReadRequestAsync();
            await c.DripAsync("HTTP/1.1 102 Processing\r\n\r\n");
        }),
        ["no answer over HTTP/2"] = Fault.TimesOut(0, TooLate, async c =>
        {
            var peer = new Http2Peer(c);
            await peer.BeginAsync();
            await peer.RequestAsync();
            await c.HangAsync();
        }) with
        {
            Protocols = [SslApplicationProtocol.Http2],
        },
        // RFC 9113, 6.5.2: SETTINGS_INITIAL_WINDOW_SIZE.
        ["HTTP/2 without a window"] = Fault.TimesOut(0, TooLate, async c =>
        {
            await new Http2Peer(c).BeginAsync((0x4, 0));
            await c.HangAsync();
        }) with
        { Protocols = [SslApplicationProtocol.Http2] },
    };

    public static TheoryData<string> Names => [.. Faults.Keys];

    [Theory, MemberData(nameof(Names))]
    public Task Deliver_ReceiverHangs_TimesOut(string name) => SufferAsync(Faults[name]);
}
