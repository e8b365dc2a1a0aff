using System.Buffers;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Hardening;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Server.Tests.Api.Hardening;

public sealed class WireCountsTests
{
    private readonly WireCounts _counts = new(BatchPublishEventsRequest.Descriptor);

    [Fact]
    public void Check_AsManyAsThereMayBe_Passes() => Check(Batch(WireCounts.Most));

    [Fact]
    public void Check_OneMore_NamesTheField()
    {
        var refusal = Assert.Throws<RequestException>(() => Check(Batch(WireCounts.Most + 1)));
        Assert.Contains("events", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_EntriesInsideOthers_DoNotCount()
    {
        var request = new BatchPublishEventsRequest { Events = { new Event() } };
        for (var i = 0; i < 2 * WireCounts.Most; i++)
        {
            request.Events[0].Labels[$"{i}"] = "x";
        }

        Check(request.ToByteArray());
    }

    [Theory]
    [InlineData(new byte[] { 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07 })]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0x0D, 1 })]
    [InlineData(new byte[] { 0x09, 1 })]
    [InlineData(new byte[] { 0x0F })]
    public void Check_BytesThatAreNoMessage_LeavesThemToTheParser(byte[] bytes) => Check(bytes);

    private static byte[] Batch(int events) => new BatchPublishEventsRequest
    {
        Events = { Enumerable.Range(0, events).Select(_ => new Event()) },
    }.ToByteArray();

    private void Check(byte[] bytes) => _counts.Check(new ReadOnlySequence<byte>(bytes));
}
