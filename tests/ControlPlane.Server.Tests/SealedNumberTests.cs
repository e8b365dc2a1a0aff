using System.Buffers.Binary;
using System.Buffers.Text;

namespace ControlPlane.Server.Tests;

public sealed class SealedNumberTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-7)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Read_WhatWasWritten_RoundTripsInItsContextOnly(long number)
    {
        var text = SealedNumber.Write(3, number);
        Assert.Equal(SealedNumber.Characters, text.Length);
        Assert.Equal(number, SealedNumber.Read(3, text));
        Assert.Null(SealedNumber.Read(4, text));
    }

    /// <summary>Neither the number nor how far two are apart: half of the bits change whatever the step.</summary>
    [Fact]
    public void Write_NumbersOneApart_TellNothing()
    {
        for (var number = 0L; number < 200; number++)
        {
            var bytes = Base64Url.DecodeFromChars(SealedNumber.Write(3, number));
            var next = Base64Url.DecodeFromChars(SealedNumber.Write(3, number + 1));
            Assert.NotEqual(number, BinaryPrimitives.ReadInt64BigEndian(bytes));
            Assert.InRange(bytes.Zip(next).Sum(pair => System.Numerics.BitOperations.PopCount((uint)(pair.First ^ pair.Second))), 25, 103);
        }
    }
}
