using ControlPlane.Server.Api.Hardening;
using ControlPlane.Testing;

namespace ControlPlane.Server.Tests.Api.Hardening;

public sealed class ClientFramesTests
{
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Reset = 3;
    private const byte Ping = 6;
    private const byte WindowUpdate = 8;
    private const byte EndStream = 1;

    private readonly TestClock _clock = new();
    private readonly ClientFrames _frames;

    public ClientFramesTests()
    {
        _frames = new(_clock);
        Assert.Null(_frames.Received("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8));
    }

    [Fact]
    public void Received_MoreThanTheBurst_IsTooMuch()
    {
        Assert.Null(Send(Ping, 8, ClientFrames.FrameBurst));
        Assert.Equal("frames without content", Send(Ping, 8, 1));
    }

    [Fact]
    public void Received_CutAtAnyByte_CountsTheSame()
    {
        Assert.Null(Send(Ping, 8, ClientFrames.FrameBurst));
        var frame = Frame(Ping, 8, 0);
        for (var i = 0; i < frame.Length; i++)
        {
            Assert.Equal(i < 8, _frames.Received(frame.AsSpan(i, 1)) is null);
            if (i == 8)
            {
                return;
            }
        }
    }

    [Fact]
    public void Received_AsTimeAllows_NeverTooMuch()
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.Null(Send(Ping, 8, 1000));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void Received_WhatRequestsNeed_NeverTooMuch()
    {
        for (var i = 0; i < 10_000; i++)
        {
            Assert.Null(Send(Headers, 50, 1));
            Assert.Null(Send(Data, 5, 1));
            Assert.Null(Send(Data, 0, 1, EndStream));
            Assert.Null(Send(WindowUpdate, 4, 2));
        }
    }

    [Fact]
    public void Received_WhatLongAnswersNeed_NeverTooMuch()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _frames.Sent(16 << 10);
            Assert.Null(Send(WindowUpdate, 4, 4));
            Assert.Null(Send(Ping, 8, 2));
        }
    }

    [Fact]
    public void Received_StreamsResetAsFastAsTheyAreOpened_IsTooMuch()
    {
        for (var i = 0; i < ClientFrames.ResetBurst; i++)
        {
            Assert.Null(Send(Headers, 50, 1));
            Assert.Null(Send(Reset, 4, 1));
        }

        Assert.Null(Send(Headers, 50, 1));
        Assert.Equal("streams reset", Send(Reset, 4, 1));
    }

    [Fact]
    public void Received_LargeData_CostsNothing() => Assert.Null(Send(Data, 1000, 3 * ClientFrames.FrameBurst));

    private static byte[] Frame(byte type, int length, byte flags) => [0, (byte)(length >> 8), (byte)length, type, flags, 0, 0, 0, 1, .. new byte[length]];

    private string? Send(byte type, int length, int times, byte flags = 0)
    {
        var frame = Frame(type, length, flags);
        string? excess = null;
        for (var i = 0; i < times && excess is null; i++)
        {
            excess = _frames.Received(frame);
        }

        return excess;
    }
}
