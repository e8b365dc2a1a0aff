using ControlPlane.Server.Telemetry;
using ControlPlane.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace ControlPlane.Server.Tests.Telemetry;

public sealed class TraceHeadersTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Span = "b7ad6b7169203331";
    private const string Sampled = $"00-{Trace}-{Span}-01";

    [Theory]
    [InlineData(Sampled, "", Sampled, "")]
    [InlineData($"00-{Trace}-{Span}-00", "a=1", $"00-{Trace}-{Span}-00", "a=1")]
    [InlineData(Sampled, "a=1,b@c=2 3", Sampled, "a=1,b@c=2 3")]
    [InlineData($"00-{Trace}-{Span}-03", "", $"00-{Trace}-{Span}-03", "")]
    // Flags that mean nothing are not passed on.
    [InlineData($"00-{Trace}-{Span}-fd", "", Sampled, "")]
    // A later version has more behind it, of which nothing is known.
    [InlineData($"cc-{Trace}-{Span}-01-more", "", Sampled, "")]
    // A state that is none takes the parent nothing.
    [InlineData(Sampled, "a=1\r\nx: y", Sampled, "")]
    [InlineData(Sampled, "no", Sampled, "")]
    public void Read_ByTheRules_IsKept(string parent, string state, string keptParent, string keptState) =>
        Assert.Equal(new TraceContext(keptParent, keptState), TraceHeaders.Read(parent, state));

    [Theory]
    [InlineData("")]
    [InlineData("?")]
    [InlineData(Trace)]
    [InlineData($"00-{Trace}-{Span}")]
    [InlineData($"00-{Trace}-{Span}-01-more")]
    [InlineData($"00-{Trace}-{Span}-0g")]
    [InlineData($"ff-{Trace}-{Span}-01")]
    [InlineData($"00-00000000000000000000000000000000-{Span}-01")]
    [InlineData($"00-{Trace}-0000000000000000-01")]
    [InlineData($"00-0AF7651916CD43DD8448EB211C80319C-{Span}-01")]
    [InlineData($"00_{Trace}_{Span}_01")]
    [InlineData($"00-{Trace}-b7ad6b716920\u00e933-01")]
    public void Read_ParentThatIsNone_IsNone(string parent) => Assert.Null(TraceHeaders.Read(parent, "a=1"));

    [Fact]
    public void Read_TwoParents_AreNone() => Assert.Null(TraceHeaders.Read(new StringValues([Sampled, Sampled]), ""));

    [Fact]
    public void Read_LongParent_IsNoneOrOfTheLengthOfAll()
    {
        Assert.Null(TraceHeaders.Read(Sampled + new string('a', 30_000), ""));
        Assert.Equal(Sampled, TraceHeaders.Read($"cc{Sampled[2..]}-{new string('a', 30_000)}", "")?.Parent);
    }

    [Fact]
    public void Read_LongState_KeepsTheFirstEntriesThatFit()
    {
        var entries = Enumerable.Range(0, 32).Select(i => $"k{i:00}={new string('v', 28)}").ToList();

        var read = TraceHeaders.Read(Sampled, string.Join(',', entries))!;

        Assert.Equal(string.Join(',', entries.Take(15)), read.State);
        Assert.InRange(read.State.Length, 1, 512);
    }

    [Fact]
    public void Read_StateInSeveralHeaders_IsOne() =>
        Assert.Equal("a=1,b=2", TraceHeaders.Read(Sampled, new StringValues(["a=1", "b=2"]))!.State);

    [Fact]
    public void Incoming_OfAnEventThatNamesOne_IsNotTheRequests()
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.TraceParent = Sampled;
        var own = new TraceContext($"00-{Trace}-{Span}-00", "");
        IncomingTraces.Set(context, [own, null]);

        var traces = IncomingTraces.Of(context);

        Assert.Equal((own, new TraceContext(Sampled, "")), (traces[0], traces[1]));
    }
}
