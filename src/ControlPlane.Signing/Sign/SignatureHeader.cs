using System.Runtime.CompilerServices;

namespace ControlPlane.Signing;

/// <summary>A header with signatures: written here, read back by <see cref="SignatureReader"/>.</summary>
internal sealed class SignatureHeader : HeaderPlan
{
    private readonly Template[] _items;
    private readonly Template[] _shapes;
    private readonly Template? _ed25519;

    public SignatureHeader(string name, string value, SignatureJoin join, bool takesEd25519)
        : base(name)
    {
        _ed25519 = takesEd25519 ? Template.Parse(Ed25519Signatures.ItemOf(value)) : null;
        Separator = join switch
        {
            SignatureJoin.SpaceSeparated => ' ',
            SignatureJoin.RepeatedItem => ',',
            _ => null,
        };
        string[] items = Separator == ',' ? value.Split(',') : [value];
        _items = [.. items.Select(item => Template.Parse(item))];
        _shapes = [.. items.Select(item => Template.Parse(item.Trim(' ')))];
        Carries = SignedContentRules.Carries(Template.Parse(value));
    }

    /// <summary>What stands between the items of the list; <see langword="null"/> when the value is no list.</summary>
    public char? Separator { get; }

    /// <summary>What an item of the header can look like, without the spaces around it.</summary>
    public ReadOnlySpan<Template> Shapes => _shapes;

    /// <summary>The message values that can be read from the header.</summary>
    public Placeholder Carries { get; }

    public override string Render(in MessageValues values, Signatures signatures)
    {
        var text = new DefaultInterpolatedStringHandler(0, 0, null, stackalloc char[256]);
        var first = true;
        foreach (var item in _items)
        {
            var times = (item.Uses & Placeholder.Signature) != 0 ? signatures.Count : 1;
            for (var i = 0; i < times; i++)
            {
                if (!first)
                {
                    text.AppendFormatted(Separator.GetValueOrDefault());
                }
                first = false;
                Append(ref text, signatures.IsEd25519(i) ? _ed25519 ?? item : item, values, signatures[i]);
            }
        }
        return text.ToStringAndClear();
    }
}
