using System.Buffers.Binary;
using System.Security.Cryptography;
using ControlPlane.Server.Api.Errors;
using Google.Protobuf;

namespace ControlPlane.Server.Api.Paging;

/// <summary>
/// Where a list request starts and how much it asks for. A page token is a position sealed with a hash of all other arguments, so that
/// a token of another list is refused instead of giving a page that makes no sense.
/// </summary>
/// <param name="Size">1 to 1,000.</param>
/// <param name="Before">The position to go on before; null for the first page.</param>
/// <param name="Arguments">Hash of the request without its paging fields.</param>
internal readonly record struct PageRequest(int Size, long? Before, ulong Arguments)
{
    private const int DefaultSize = 50;
    private const int MaximumSize = 1000;

    /// <summary>Reads <c>page_size</c> and <c>page_token</c>; notes what is wrong with them.</summary>
    public static PageRequest Read(IMessage request, int pageSize, string pageToken, Violations violations)
    {
        if (pageSize < 0)
        {
            violations.Add("page_size", "NEGATIVE", "must not be negative");
        }

        var arguments = HashArguments(request);
        long? before = null;
        if (pageToken.Length > 0)
        {
            before = SealedNumber.Read(arguments, pageToken);
            if (before is null)
            {
                violations.Add("page_token", "PAGE_TOKEN_INVALID", "is not a token that this list gave with the same arguments");
            }
        }

        return new(pageSize == 0 ? DefaultSize : Math.Clamp(pageSize, 1, MaximumSize), before, arguments);
    }

    /// <summary>The token of the page after; empty if there is none.</summary>
    public string Token(long? next) => next is { } position ? SealedNumber.Write(Arguments, position) : "";

    private static ulong HashArguments(IMessage request)
    {
        var copy = request.Descriptor.Parser.ParseFrom(request.ToByteArray());
        foreach (var field in copy.Descriptor.Fields.InDeclarationOrder().Where(f => f.Name is "page_size" or "page_token"))
        {
            field.Accessor.Clear(copy);
        }

        return Hash([.. System.Text.Encoding.UTF8.GetBytes(copy.Descriptor.FullName), .. copy.ToByteArray()]);
    }

    private static ulong Hash(ReadOnlySpan<byte> input)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }
}
