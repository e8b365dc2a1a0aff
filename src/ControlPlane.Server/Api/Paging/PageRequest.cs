using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using ControlPlane.Server.Api.Errors;
using Google.Protobuf;

namespace ControlPlane.Server.Api.Paging;

/// <summary>
/// Where a list request starts and how much it asks for. A page token is a position and a hash of all other arguments, so that
/// a token of another list is refused instead of giving a page that makes no sense.
/// </summary>
/// <param name="Size">1 to 1,000.</param>
/// <param name="Before">The position to go on before; null for the first page.</param>
/// <param name="Arguments">Hash of the request without its paging fields.</param>
internal readonly record struct PageRequest(int Size, long? Before, ulong Arguments)
{
    private const int DefaultSize = 50;
    private const int MaximumSize = 1000;
    private const int TokenBytes = 16;

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
            before = ReadToken(pageToken, arguments);
            if (before is null)
            {
                violations.Add("page_token", "PAGE_TOKEN_INVALID", "is not a token that this list gave with the same arguments");
            }
        }

        return new(pageSize == 0 ? DefaultSize : Math.Clamp(pageSize, 1, MaximumSize), before, arguments);
    }

    /// <summary>The token of the page after; empty if there is none.</summary>
    public string Token(long? next)
    {
        if (next is not { } position)
        {
            return "";
        }

        Span<byte> bytes = stackalloc byte[TokenBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, position);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Seal(position, Arguments));
        return Base64Url.EncodeToString(bytes);
    }

    private static long? ReadToken(string token, ulong arguments)
    {
        Span<byte> bytes = stackalloc byte[TokenBytes];
        // Decoding passes over padding and white space; only the very text that was given out is a token.
        if (Base64Url.DecodeFromChars(token, bytes, out _, out var written) != OperationStatus.Done
            || written != TokenBytes
            || !token.AsSpan().SequenceEqual(Base64Url.EncodeToString(bytes)))
        {
            return null;
        }

        var position = BinaryPrimitives.ReadInt64BigEndian(bytes);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) == Seal(position, arguments) ? position : null;
    }

    private static ulong Seal(long position, ulong arguments)
    {
        Span<byte> input = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(input, position);
        BinaryPrimitives.WriteUInt64BigEndian(input[8..], arguments);
        return Hash(input);
    }

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
