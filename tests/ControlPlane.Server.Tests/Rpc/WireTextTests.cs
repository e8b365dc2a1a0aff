using System.Buffers;
using ControlPlane.Server.Rpc;
using ControlPlane.V1;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;

namespace ControlPlane.Server.Tests.Rpc;

public sealed class WireTextTests
{
    [Fact]
    public void IsWellFormed_TextOfAnyField_FoundWhereverItIs()
    {
        var request = new PublishEventRequest
        {
            Event = new()
            {
                Type = "type",
                Instance = "größe 🎉",
                Payload = ByteString.CopyFrom(0xFF, 0xC0),
                Labels = { ["key"] = "value" },
                ContentType = "text/plain",
                CreateTime = new() { Seconds = -1, Nanos = 5 },
            },
        };
        var bytes = request.ToByteArray();
        Assert.True(Check(bytes));
        foreach (var text in (string[])["type", "größe 🎉", "key", "value", "text/plain"])
        {
            var broken = (byte[])bytes.Clone();
            broken[bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) + 1] = 0xFF;
            Assert.False(Check(broken), text);
        }
    }

    [Fact]
    public void IsWellFormed_UnknownFieldsAndGroups_AreNotText()
    {
        // 15 is no field of the request: bytes, then a group with a field 1 in it, then fixed numbers.
        Assert.True(Check([0x7A, 1, 0xFF, 0x7B, 0x0A, 1, 0xFF, 0x7C, 0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0x7D, 1, 2, 3, 4]));
        Assert.False(Check([0x7B, 0x7C, 0x0A, 3, 0x1A, 1, 0xFF]));
    }

    [Fact]
    public void IsWellFormed_NumbersWithMoreThan32Bits_AreReadAsTheLibraryReadsThem()
    {
        // A length of 2^35 + 3, then a tag of 2^35 + 10: both count by their lower 32 bits.
        Assert.False(Check([0x0A, 0x83, 0x80, 0x80, 0x80, 0x80, 0x01, 0x1A, 1, 0xFF]));
        Assert.True(Check([0x8A, 0x80, 0x80, 0x80, 0x80, 0x01, 3, 0x1A, 1, 0x41]));
    }

    [Fact]
    public void IsWellFormed_AnyRightMessageInAnyPieces_Passes() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(string? Text, byte[]? Payload)>(), parts =>
        {
            // Without halves of pairs, which cannot be sent.
            var text = string.Concat((parts.Text ?? "").EnumerateRunes());
            var source = new Event { Type = text, Payload = ByteString.CopyFrom(parts.Payload ?? []), Labels = { [text] = text } };
            var request = new BatchPublishEventsRequest { Events = { source } };
            return WireText.IsWellFormed(BatchPublishEventsRequest.Descriptor, Pieces(request.ToByteArray()));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void IsWellFormed_ListOfNumbersWithLengthBelowZero_IsEmpty()
    {
        byte[] bytes = [0x22, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01];
        bytes[0] = (byte)((ListDeliveriesRequest.StatesFieldNumber << 3) | 2);
        Assert.Empty(ListDeliveriesRequest.Parser.ParseFrom(bytes).States);
        Assert.True(WireText.IsWellFormed(ListDeliveriesRequest.Descriptor, new ReadOnlySequence<byte>(bytes)));
    }

    [Fact]
    public void IsWellFormed_WhateverTheLibraryReads_IsReadToo()
    {
        var request = new ListDeliveriesRequest
        {
            TenantId = "default",
            States = { DeliveryState.Dead, DeliveryState.Pending },
            EventTypes = { "a", "b.*" },
            CreatedAfter = new() { Seconds = 5, Nanos = 7 },
            PageSize = 3,
        };
        var random = new Random(20261121);
        var read = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var bytes = request.ToByteArray().AsSpan(0, random.Next(2, request.CalculateSize() + 1)).ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)(random.Next(3) == 0 ? 0xFF : random.Next(256));
            }

            try
            {
                ListDeliveriesRequest.Parser.ParseFrom(bytes);
            }
            catch (InvalidProtocolBufferException)
            {
                continue;
            }

            read++;
            var failure = Record.Exception(() => WireText.IsWellFormed(ListDeliveriesRequest.Descriptor, new ReadOnlySequence<byte>(bytes)));
            Assert.True(failure is null, $"{Convert.ToHexString(bytes)}: {failure}");
        }

        Assert.True(read > 1_000, $"{read}");
    }

    private static bool Check(byte[] bytes)
    {
        PublishEventRequest.Parser.ParseFrom(bytes);
        var whole = WireText.IsWellFormed(PublishEventRequest.Descriptor, new ReadOnlySequence<byte>(bytes));
        Assert.Equal(whole, WireText.IsWellFormed(PublishEventRequest.Descriptor, Pieces(bytes)));
        return whole;
    }

    /// <summary>Byte by byte, as a network may bring them.</summary>
    private static ReadOnlySequence<byte> Pieces(byte[] bytes)
    {
        var first = new Piece([], 0);
        var last = bytes.Aggregate(first, (before, value) => before.Then([value]));
        return new(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(byte[] bytes, long at) => (Memory, RunningIndex) = (bytes, at);

        public Piece Then(byte[] bytes)
        {
            var next = new Piece(bytes, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
