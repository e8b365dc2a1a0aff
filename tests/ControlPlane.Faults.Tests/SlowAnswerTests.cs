using ControlPlane.Faults.Tests.Receiving;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Faults.Tests;

/// <summary>Receivers whose answers never end. The deadline leaves time to get as far as that even on a busy machine.</summary>
public sealed class SlowAnswerTests(SharedServer shared) : FaultTest(shared)
{
    private static readonly Dictionary<string, Fault> Faults = new()
    {
        ["no answer"] = TimesOut(0, "No answer within 8 s.", c => c.AnswerAndHangAsync("")),
        // The status decides; the body is only waited for a little while.
        ["body hangs"] = Fault.Success(200, c => c.AnswerAndHangAsync("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")) with { Excerpt = "half" },
        ["body drips"] = Fault.Success(200, async c =>
        {
            await c.AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
            await c.DripAsync("x");
        }),
        ["chunks drip"] = new Fault(FailureKind.HttpStatus, 500, "The receiver answered 500", async c =>
        {
            await c.AnswerAsync("HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n");
            await c.DripAsync("1\r\nx\r\n");
        }),
    };

    public static TheoryData<string> Names => [.. Faults.Keys];

    [Theory, MemberData(nameof(Names))]
    public Task Deliver_AnswerNeverEnds_EndsAllTheSame(string name) => SufferAsync(Faults[name]);

    private static Fault TimesOut(int status, string message, Func<FaultConnection, Task> behave) =>
        Fault.TimesOut(status, message, behave) with { Timeout = TimeSpan.FromSeconds(8) };
}
