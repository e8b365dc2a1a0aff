using System.Collections;

namespace Grpc.Core;

/// <summary>
/// Headers or trailers of a call: an ordered list of entries in which a key may occur more than once.
/// Keys are lower case; a key ending in <see cref="BinaryHeaderSuffix"/> holds bytes, every other key holds ASCII text.
/// Not safe for use by several threads while one of them changes it.
/// </summary>
public sealed partial class Metadata : IList<Metadata.Entry>
{
    /// <summary>The ending that marks a key as binary.</summary>
    public const string BinaryHeaderSuffix = "-bin";

    /// <summary>A shared list without entries that refuses changes.</summary>
    public static readonly Metadata Empty = new(readOnly: true);

    private readonly List<Entry> _entries = [];
    private readonly bool _readOnly;

    /// <summary>Makes an empty list.</summary>
    public Metadata()
    {
    }

    private Metadata(bool readOnly) => _readOnly = readOnly;

    /// <summary>The number of entries.</summary>
    public int Count => _entries.Count;

    /// <summary>Whether changes are refused.</summary>
    public bool IsReadOnly => _readOnly;

    /// <summary>The entry at a position.</summary>
    /// <param name="index">From 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
    /// <exception cref="InvalidOperationException">The list is read-only (set).</exception>
    public Entry this[int index]
    {
        get => _entries[index];
        set => Changeable()[index] = Checked(value);
    }

    /// <summary>The last entry with a key, or null.</summary>
    /// <param name="key">The key in lower case.</param>
    public Entry? Get(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        for (var i = _entries.Count - 1; i >= 0; i--)
        {
            if (_entries[i].Key == key)
            {
                return _entries[i];
            }
        }

        return null;
    }

    /// <summary>The text of the last entry with a key, or null.</summary>
    /// <param name="key">The key in lower case.</param>
    /// <exception cref="InvalidOperationException">The entry is binary.</exception>
    public string? GetValue(string key) => Get(key)?.Value;

    /// <summary>The bytes of the last entry with a key, or null. For a text entry, its ASCII bytes.</summary>
    /// <param name="key">The key in lower case.</param>
    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    /// <summary>All entries with a key, in order.</summary>
    /// <param name="key">The key in lower case.</param>
    public IEnumerable<Entry> GetAll(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _entries.Where(entry => entry.Key == key);
    }

    /// <summary>Appends an entry.</summary>
    /// <param name="item">The entry.</param>
    /// <exception cref="InvalidOperationException">The list is read-only.</exception>
    public void Add(Entry item) => Changeable().Add(Checked(item));

    /// <summary>Appends a text entry.</summary>
    /// <param name="key">The key; upper case becomes lower case.</param>
    /// <param name="value">The text.</param>
    /// <exception cref="ArgumentException">The key is malformed or binary.</exception>
    /// <exception cref="InvalidOperationException">The list is read-only.</exception>
    public void Add(string key, string value) => Add(new Entry(key, value));

    /// <summary>Appends a binary entry.</summary>
    /// <param name="key">The key, ending in <see cref="BinaryHeaderSuffix"/>; upper case becomes lower case.</param>
    /// <param name="valueBytes">The bytes; they are copied.</param>
    /// <exception cref="ArgumentException">The key is malformed or not binary.</exception>
    /// <exception cref="InvalidOperationException">The list is read-only.</exception>
    public void Add(string key, byte[] valueBytes) => Add(new Entry(key, valueBytes));

    /// <summary>Inserts an entry before a position.</summary>
    /// <param name="index">From 0 to <see cref="Count"/>.</param>
    /// <param name="item">The entry.</param>
    /// <exception cref="InvalidOperationException">The list is read-only.</exception>
    public void Insert(int index, Entry item) => Changeable().Insert(index, Checked(item));

    /// <summary>Removes an entry.</summary>
    /// <param name="item">The entry.</param>
    /// <returns>Whether it was there.</returns>
    /// <exception cref="InvalidOperationException">The list is read-only.</exception>
    public bool Remove(Entry item) => Changeable().Remove(item);

    /// <summary>Removes the entry at a position.</summary>
    /// <param name="index">From 0.</param>
    /// <exception cref="InvalidOperationException">The list is read-only.</exception>
    public void RemoveAt(int index) => Changeable().RemoveAt(index);

    /// <summary>Removes all entries.</summary>
    /// <exception cref="InvalidOperationException">The list is read-only.</exception>
    public void Clear() => Changeable().Clear();

    /// <summary>The position of an entry, or -1.</summary>
    /// <param name="item">The entry.</param>
    public int IndexOf(Entry item) => _entries.IndexOf(item);

    /// <summary>Whether an entry is in the list.</summary>
    /// <param name="item">The entry.</param>
    public bool Contains(Entry item) => _entries.Contains(item);

    /// <summary>Copies all entries into an array.</summary>
    /// <param name="array">The target.</param>
    /// <param name="arrayIndex">Where to begin in it.</param>
    public void CopyTo(Entry[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);

    /// <summary>Walks the entries in order.</summary>
    public IEnumerator<Entry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private List<Entry> Changeable() =>
        _readOnly ? throw new InvalidOperationException("This metadata is read-only.") : _entries;

    private static Entry Checked(Entry item) => item ?? throw new ArgumentNullException(nameof(item));
}
