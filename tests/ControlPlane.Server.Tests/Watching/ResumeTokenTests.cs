using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Server.Watching;
using FsCheck;
using FsCheck.Fluent;

namespace ControlPlane.Server.Tests.Watching;

public sealed class ResumeTokenTests
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ .\n\0\u00e9";

    private static readonly Gen<string> StoreIds = ArbMap.Default.GeneratorFor<ulong>().Select(id => id.ToString("x16"));
    private static readonly Gen<long> Revisions = ArbMap.Default.GeneratorFor<long>().Select(r => r & long.MaxValue);

    [Fact]
    public void Read_SameStore_RoundTrips() =>
        StoreIds.Zip(Revisions).Holds(c => ResumeToken.Read(c.Item1, ResumeToken.Write(c.Item1, c.Item2)) == c.Item2);

    [Fact]
    public void Read_OtherStore_IsRefused() =>
        (from one in StoreIds
         from other in StoreIds
         from revision in Revisions
         select (one, other, revision)).Holds(c =>
            c.one == c.other || ResumeToken.Read(c.other, ResumeToken.Write(c.one, c.revision)) is null);

    [Fact]
    public void Read_AnyCharacterChanged_IsRefused() =>
        (from store in StoreIds
         from revision in Revisions
         from index in Gen.Choose(0, 21)
         from replacement in Gen.Elements(Alphabet.ToCharArray())
         select (store, revision, index, replacement)).Holds(c =>
         {
             var token = ResumeToken.Write(c.store, c.revision);
             var changed = string.Concat(token.AsSpan(0, c.index), [c.replacement], token.AsSpan(c.index + 1));
             return changed == token || ResumeToken.Read(c.store, changed) is null;
         });

    [Fact]
    public void Read_ShortenedLengthenedOrAnythingElse_IsRefusedWithoutThrowing() =>
        (from store in StoreIds
         from revision in Revisions
         from cut in Gen.Choose(0, 21)
         from text in ArbMap.Default.GeneratorFor<NonEmptyString>()
         select (store, revision, cut, text: text.Get)).Holds(c =>
         {
             var token = ResumeToken.Write(c.store, c.revision);
             return ResumeToken.Read(c.store, token[..c.cut]) is null
                 && ResumeToken.Read(c.store, token + c.text) is null
                 && ResumeToken.Read(c.store, c.text + token) is null
                 && ResumeToken.Read(c.store, c.text) is null;
         });

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void Read_NegativeRevision_IsRefused(long revision) =>
        Assert.Null(ResumeToken.Read("00000000000000ff", ResumeToken.Write("00000000000000ff", revision)));
}
