using System.Globalization;
using System.Net;
using System.Text;
using ControlPlane.Egress.Policy;
using ControlPlane.Egress.Tests.Peers;
using FsCheck;
using FsCheck.Fluent;

namespace ControlPlane.Egress.Tests.Policy;

public sealed class UrlPolicyProperties
{
    private static readonly UrlPolicy Policy = Policies.Urls();

    [Fact]
    public void Check_DeniedIPv4InAnySpelling_IsBlocked() =>
        Spelled(AddressPolicyProperties.AnyDeniedIPv4()).Holds(spelled =>
            Policy.Check($"https://{spelled.Text}/hook").Reasons() is [UrlReason.AddressBlocked]);

    [Fact]
    public void Check_PublicIPv4_IsAcceptedInItsOneSpellingOnly() =>
        Spelled(AddressPolicyProperties.AnyIPv4().Where(number => !AddressPolicyProperties.IsDenied(number))).Holds(spelled =>
        {
            var plain = AddressPolicyProperties.ToAddress(spelled.Number).ToString();
            return Policy.Check($"https://{plain}/").IsAllowed
                && Policy.Check($"https://{spelled.Text}/").IsAllowed == (spelled.Text == plain);
        });

    [Fact]
    public void Check_DeniedIPv4Mapped_IsBlocked() =>
        AddressPolicyProperties.AnyDeniedIPv4().Holds(number =>
        {
            var address = AddressPolicyProperties.ToAddress(number);
            string[] texts = [$"::ffff:{address}", $"0:0:0:0:0:FFFF:{number >> 16:x}:{number & 0xffff:x}"];
            return texts.All(text => Policy.Check($"https://[{text}]/").Reasons() is [UrlReason.AddressBlocked]);
        });

    [Fact]
    public void Check_AnyText_NeverAcceptsWhatLeadsToADeniedLiteral()
    {
        string[] pieces =
        [
            "127", "0", "1", "0x7f", "0177", "10", "①", "１", "٣", ".", "。", "．", "a", "com", "localhost", "local", "ü", "ｘ", ":",
            "443", "[", "]", "::1", "@", "/", "?", "#", "%", "25", "\\", " ", "-", "_", "xn--", "example", "\u00ad", "\u0301",
        ];
        var host = from count in Gen.Choose(1, 8) from parts in Gen.Elements(pieces).ArrayOf(count) select string.Concat(parts);
        host.Holds(text =>
        {
            if (Policy.Check("https://" + text) is not { IsAllowed: true, Url: var url })
            {
                return true;
            }

            var last = url.IdnHost[(url.IdnHost.LastIndexOf('.') + 1)..];
            return url.Scheme == "https"
                && url.UserInfo.Length == 0
                && Ascii.IsValid(url.AbsoluteUri)
                && last is not ("localhost" or "local")
                && (!IPAddress.TryParse(url.IdnHost, out var address) || Policies.Addresses().Judge(address).IsAllowed)
                && Policy.Check(url.AbsoluteUri).Url == url;
        });
    }

    [Fact]
    public void Check_CanonicalForm_IsAFixedPoint()
    {
        string[] pieces = [.. "ab/?=&%2F.~:@!$'()*+,;[]{}|^`<>\"ü例".Select(character => character.ToString()), "😀"];
        var tail = Gen.Elements(pieces).ArrayOf().Select(string.Concat);
        tail.Holds(text =>
        {
            var first = Policy.Check("https://example.com/" + text).Url;
            return first is not null && Policy.Check(first.AbsoluteUri).Url?.AbsoluteUri == first.AbsoluteUri;
        });
    }

    /// <summary>Every way inet_aton and IDNA let the number be written: parts, radix, leading zeros, digits, dots.</summary>
    private static Gen<(uint Number, string Text)> Spelled(Gen<uint> numbers) =>
        from number in numbers
        from parts in Gen.Choose(1, 4)
        from radix in Gen.Choose(0, 2).ArrayOf(4)
        from zeros in Gen.Choose(0, 3).ArrayOf(4)
        from digits in Gen.Elements('0', '０', '⓪', 0x1D7CE)
        from dot in Gen.Elements(".", "。", "．", "｡")
        from trailing in Gen.Elements("", "", ".", "。")
        let texts = Split(number, parts).Select((part, i) => Redigit(Write(part, radix[i], zeros[i]), digits))
        select (number, string.Join(dot, texts) + trailing);

    private static IEnumerable<uint> Split(uint number, int parts)
    {
        for (var i = 0; i < parts - 1; i++)
        {
            yield return (number >> (24 - (8 * i))) & 0xFF;
        }

        yield return parts == 1 ? number : number & (0xFFFFFFFF >> (8 * (parts - 1)));
    }

    private static string Write(uint part, int radix, int zeros) => radix switch
    {
        0 => part.ToString(CultureInfo.InvariantCulture),
        1 => "0" + new string('0', zeros) + Convert.ToString(part, 8),
        _ => "0x" + new string('0', zeros) + part.ToString(zeros % 2 == 0 ? "x" : "X", CultureInfo.InvariantCulture),
    };

    private static string Redigit(string text, int zero)
    {
        var result = new StringBuilder();
        foreach (var character in text)
        {
            result.Append((zero, character) switch
            {
                ('0', _) or (_, not (>= '0' and <= '9')) => character.ToString(),
                ('⓪', '0') => "⓪",
                ('⓪', _) => ((char)('①' + character - '1')).ToString(),
                _ => char.ConvertFromUtf32(zero + character - '0'),
            });
        }

        return result.ToString();
    }
}
