using System.Buffers.Binary;
using ControlPlane.Egress.Metering;
using ControlPlane.Egress.Tests.Peers;
using FsCheck.Fluent;

namespace ControlPlane.Egress.Tests.Metering;

public sealed class WireMeterTests
{
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Settings = 4;
    private const byte Ping = 6;
    private static readonly byte[] Preface = new byte[Http2Frames.ClientPreface];

    [Fact]
    public void TryNext_FramesCutAnywhere_AreAllFound()
    {
        var cases =
            from types in Gen.Choose(0, 9).ArrayOf()
            from lengths in Gen.Choose(0, 70_000).ArrayOf(types.Length)
            from cuts in Gen.Choose(1, 3000).NonEmptyListOf()
            select (types, lengths, cuts);
        cases.Holds(c =>
        {
            byte[] bytes = [.. Preface, .. c.types.Zip(c.lengths).SelectMany((f, i) => Frame((byte)f.First, (byte)(i % 2), f.Second))];
            var frames = new Http2Frames(Http2Frames.ClientPreface);
            var found = new List<(int Type, bool IsAck)>();
            for (var (at, cut) = (0, 0); at < bytes.Length; cut++)
            {
                var length = Math.Min(c.cuts[cut % c.cuts.Count], bytes.Length - at);
                for (ReadOnlySpan<byte> rest = bytes.AsSpan(at, length); frames.TryNext(ref rest, out var type, out var isAck);)
                {
                    found.Add((type, isAck));
                }

                at += length;
            }

            return found.SequenceEqual(c.types.Select((type, i) => (type, i % 2 == 1)));
        });
    }

    [Fact]
    public void Http1_OneAnswer_MayBeAsLargeAsTheLimitAndNoLarger()
    {
        var meter = new Http1Meter();
        meter.Sending(new byte[100]);
        meter.Received(new byte[Http1Meter.BytesPerAnswer]);
        Assert.Throws<ExcessException>(() => meter.Received(new byte[1]));
    }

    [Fact]
    public void Http1_NextRequest_HasTheLimitForItself()
    {
        var meter = new Http1Meter();
        for (var i = 0; i < 3; i++)
        {
            meter.Sending(new byte[100]);
            meter.Sending(new byte[100]);
            meter.Received(new byte[Http1Meter.BytesPerAnswer]);
        }
    }

    [Theory]
    [InlineData(Settings)]
    [InlineData(Ping)]
    public void Http2_FramesToBeAnswered_AreCounted(byte type)
    {
        var meter = new Http2Meter();
        for (var i = 0; i < Http2Meter.FirstQuestions; i++)
        {
            meter.Received(Frame(type, 0, 0));
            meter.Received(Frame(type, 1, 0));
        }

        Assert.Contains("SETTINGS and PING", Assert.Throws<ExcessException>(() => meter.Received(Frame(type, 0, 0))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Http2_EachRequest_AllowsItsAnswer()
    {
        var meter = new Http2Meter();
        meter.Sending(Preface);
        for (var i = 0; i < 1000; i++)
        {
            meter.Sending([.. Frame(Headers, 4, 30), .. Frame(Data, 1, 100)]);
            meter.Received(Frame(Data, 1, Http2Meter.BytesPerRequest - 9));
        }

        meter.Received(new byte[Http2Meter.BytesPerRequest]);
        Assert.Contains("bytes", Assert.Throws<ExcessException>(() => meter.Received(new byte[1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Http2_ManyGoodAnswers_SaveUpNoMoreThanTheLimit()
    {
        var meter = new Http2Meter();
        meter.Sending(Preface);
        for (var i = 0; i < 100_000; i++)
        {
            meter.Sending(Frame(Headers, 5, 30));
        }

        var received = 0L;
        Assert.Throws<ExcessException>(() =>
        {
            for (var block = Frame(Data, 0, 16_000); received <= 96 << 20; received += block.Length)
            {
                meter.Received(block);
            }
        });
        Assert.InRange(received, 47 << 20, 49 << 20);
    }

    [Theory]
    [InlineData(Data, false)]
    [InlineData(0xa, false)]
    [InlineData(0xc, true)]
    [InlineData(0x10, true)]
    [InlineData(0x42, true)]
    public void Http2_FrameOfATypeTheHandlerDoesNotKnow_IsToldOf(byte type, bool isUnknown)
    {
        var called = false;
        var meter = new Http2Meter(unknown: () => called = true);
        meter.Received([.. Frame(Settings, 0, 0), .. Frame(type, 0, 4)]);
        Assert.Equal(isUnknown, called);
    }

    private static byte[] Frame(byte type, byte flags, int length)
    {
        var frame = new byte[9 + length];
        BinaryPrimitives.WriteInt32BigEndian(frame, length << 8);
        (frame[3], frame[4]) = (type, flags);
        return frame;
    }
}
