using System.Buffers;
using System.Text;

namespace Grpc.Core;

public sealed partial class Metadata
{
    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-.");

    private static string NormalizeKey(string key, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(key))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(key, name);
        // Most callers pass a constant that is already in order, which costs one scan and no allocation.
        if (key.Length > 0 && !key.AsSpan().ContainsAnyExcept(KeyCharacters))
        {
            return key;
        }

        var lower = LowerCase(key);
        if (lower.Length == 0 || lower.AsSpan().ContainsAnyExcept(KeyCharacters))
        {
            throw new ArgumentException(
                $"The metadata key '{key}' may only hold letters, digits, underscores, hyphens and dots, and at least one of them.", name);
        }

        return lower;
    }

    private static string LowerCase(string key) => key.ToLowerInvariant();

    /// <summary>One key with its text or bytes.</summary>
    public readonly struct Entry
    {
        private readonly string? _value;
        private readonly byte[]? _bytes;

        /// <summary>Makes a text entry.</summary>
        /// <param name="key">Letters, digits, underscores, hyphens and dots; upper case becomes lower case.</param>
        /// <param name="value">The text; ASCII.</param>
        /// <exception cref="ArgumentNullException">An argument is null.</exception>
        /// <exception cref="ArgumentException">The key is malformed, or ends in <see cref="BinaryHeaderSuffix"/>.</exception>
        public Entry(string key, string value)
        {
            Key = NormalizeKey(key);
            ArgumentNullException.ThrowIfNull(value);
            if (IsBinary)
            {
                throw new ArgumentException($"A key that ends in '{BinaryHeaderSuffix}' holds bytes, not text.", nameof(key));
            }

            _value = value;
        }

        /// <summary>Makes a binary entry.</summary>
        /// <param name="key">As for text, and ending in <see cref="BinaryHeaderSuffix"/>.</param>
        /// <param name="valueBytes">The bytes; they are copied.</param>
        /// <exception cref="ArgumentNullException">An argument is null.</exception>
        /// <exception cref="ArgumentException">The key is malformed, or does not end in <see cref="BinaryHeaderSuffix"/>.</exception>
        public Entry(string key, byte[] valueBytes)
        {
            Key = NormalizeKey(key);
            ArgumentNullException.ThrowIfNull(valueBytes);
            if (!IsBinary)
            {
                throw new ArgumentException($"A key for bytes must end in '{BinaryHeaderSuffix}'.", nameof(key));
            }

            _bytes = valueBytes.AsSpan().ToArray();
        }

        /// <summary>The key in lower case.</summary>
        public string Key { get; }

        /// <summary>Whether the entry holds bytes, which its key decides.</summary>
        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        /// <summary>The text.</summary>
        /// <exception cref="InvalidOperationException">The entry is binary.</exception>
        public string Value => _value ?? throw new InvalidOperationException($"The metadata entry '{Key}' is binary.");

        /// <summary>A copy of the bytes; for a text entry, its ASCII bytes.</summary>
        public byte[] ValueBytes => _bytes is null ? Encoding.ASCII.GetBytes(Value) : _bytes.AsSpan().ToArray();

        /// <summary>Shows key and text, or key and length for a binary entry.</summary>
        public override string ToString() =>
            _bytes is null ? $"[Entry: key={Key}, value={_value}]" : $"[Entry: key={Key}, valueBytes={_bytes.Length} bytes]";
    }
}
