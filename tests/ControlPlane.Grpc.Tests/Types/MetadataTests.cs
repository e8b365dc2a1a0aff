using Grpc.Core;

namespace ControlPlane.Grpc.Tests.Types;

public sealed class MetadataTests
{
    [Fact]
    public void Add_UpperCaseKey_BecomesLowerCase()
    {
        var metadata = new Metadata { { "X-Trace.Id_1", "a" } };

        Assert.Equal("x-trace.id_1", metadata[0].Key);
        Assert.Equal("a", metadata.GetValue("x-trace.id_1"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("colon:")]
    [InlineData("line\nbreak")]
    [InlineData("umläut")]
    [InlineData("KELVIN\u212a")]
    public void Add_MalformedKey_IsRefused(string key)
    {
        Assert.Throws<ArgumentException>(nameof(key), () => new Metadata { { key, "a" } });
        Assert.Throws<ArgumentException>(nameof(key), () => new Metadata { { key, [1] } });
    }

    [Fact]
    public void Add_TextUnderABinaryKey_IsRefused() =>
        Assert.Throws<ArgumentException>("key", () => new Metadata.Entry("raw-BIN", "a"));

    [Fact]
    public void Add_BytesUnderATextKey_IsRefused() =>
        Assert.Throws<ArgumentException>("key", () => new Metadata.Entry("raw", [1]));

    [Fact]
    public void Entry_Null_IsRefused()
    {
        Assert.Throws<ArgumentNullException>("key", () => new Metadata.Entry(null!, "a"));
        Assert.Throws<ArgumentNullException>("value", () => new Metadata.Entry("key", (string)null!));
        Assert.Throws<ArgumentNullException>("valueBytes", () => new Metadata.Entry("key-bin", (byte[])null!));
        Assert.Throws<ArgumentNullException>("item", () => new Metadata().Add(null!));
    }

    [Fact]
    public void Entry_Bytes_AreCopiedInAndOut()
    {
        byte[] bytes = [1, 2];
        var entry = new Metadata.Entry("raw-bin", bytes);
        bytes[0] = 9;
        entry.ValueBytes[1] = 9;

        Assert.True(entry.IsBinary);
        Assert.Equal([1, 2], entry.ValueBytes);
        Assert.Throws<InvalidOperationException>(() => entry.Value);
    }

    [Fact]
    public void Entry_Text_HasAsciiBytes()
    {
        var entry = new Metadata.Entry("key", "az");

        Assert.False(entry.IsBinary);
        Assert.Equal([97, 122], entry.ValueBytes);
    }

    [Fact]
    public void Get_RepeatedKey_GivesTheLast()
    {
        var metadata = new Metadata { { "a", "1" }, { "b", "2" }, { "a", "3" }, { "c-bin", [4] } };

        Assert.Equal("3", metadata.GetValue("a"));
        Assert.Equal(["1", "3"], metadata.GetAll("a").Select(entry => entry.Value));
        Assert.Equal([4], metadata.GetValueBytes("c-bin"));
        Assert.Null(metadata.Get("d"));
        Assert.Null(metadata.GetValue("d"));
        Assert.Null(metadata.GetValueBytes("d"));
        Assert.Empty(metadata.GetAll("d"));
    }

    [Fact]
    public void List_Changes_KeepTheOrder()
    {
        var first = new Metadata.Entry("a", "1");
        var metadata = new Metadata { first, { "b", "2" } };

        metadata.Insert(0, new Metadata.Entry("z", "0"));
        metadata[2] = new Metadata.Entry("c", "3");
        Assert.Contains(first, metadata);
        Assert.Equal(1, metadata.IndexOf(first));
        Assert.True(metadata.Remove(first));
        Assert.False(metadata.Remove(first));

        Assert.Equal(["z", "c"], metadata.Select(entry => entry.Key));
        metadata.RemoveAt(0);
        Assert.Single(metadata);
        metadata.Clear();
        Assert.Empty(metadata);
    }

    [Fact]
    public void Empty_Change_IsRefused()
    {
        Assert.True(Metadata.Empty.IsReadOnly);
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("a", "1"));
        Assert.Throws<InvalidOperationException>(Metadata.Empty.Clear);
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Remove(new Metadata.Entry("a", "1")));
        Assert.Empty(Metadata.Empty);
    }
}
