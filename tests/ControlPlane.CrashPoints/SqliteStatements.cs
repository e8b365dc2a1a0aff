using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace ControlPlane.CrashPoints;

/// <summary>Points before and after statements, by SQLite's own tracing of every connection that is opened.</summary>
internal static unsafe partial class SqliteStatements
{
    private const string Library = "e_sqlite3";
    private const uint Begins = 0x01;
    private const uint Ended = 0x02;

    private static readonly byte[] Begin = "BEGIN"u8.ToArray();
    private static CrashPoint _point = null!;
    private static byte[] _subject = [];
    private static byte[] _within = [];

    /// <summary>Whether the transaction of this thread has run what it must have. Only the one writer runs any that count.</summary>
    [ThreadStatic]
    private static bool _inside;

    public static void Watch(CrashPoint point)
    {
        (_point, _subject, _within) = (point, Encoding.UTF8.GetBytes(point.Subject), Encoding.UTF8.GetBytes(point.Within));
        if (sqlite3_auto_extension(&OnOpened) != 0)
        {
            throw new InvalidOperationException("SQLite does not take the hook.");
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnOpened(nint database, byte** message, void* interfaces) =>
        sqlite3_trace_v2(database, Begins | Ended, &OnTrace, null);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnTrace(uint kind, void* context, void* statement, void* value)
    {
        var sql = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(kind == Begins ? (byte*)value : sqlite3_sql(statement));
        if (kind == Begins && sql.StartsWith(Begin))
        {
            _inside = false;
        }

        var place = kind == Begins ? Place.StatementBegins : Place.StatementEnded;
        if (place == _point.Place && sql.IndexOf(_subject) >= 0 && (_within.Length == 0 || _inside))
        {
            _point.Reached();
        }

        _inside |= kind == Begins && _within.Length > 0 && sql.IndexOf(_within) >= 0;
        return 0;
    }

    [LibraryImport(Library)]
    private static partial int sqlite3_auto_extension(delegate* unmanaged[Cdecl]<nint, byte**, void*, int> opened);

    [LibraryImport(Library)]
    private static partial int sqlite3_trace_v2(
        nint database, uint mask, delegate* unmanaged[Cdecl]<uint, void*, void*, void*, int> callback, void* context);

    [LibraryImport(Library)]
    private static partial byte* sqlite3_sql(void* statement);
}
