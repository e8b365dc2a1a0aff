using System.Runtime.InteropServices;

namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// The part of SQLite's C interface that the engine uses; see https://www.sqlite.org/c3ref/intro.html. Calls that only move a
/// value skip the transition of the garbage collector: they take nanoseconds and connections are never shared between threads.
/// </summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = "e_sqlite3";

    internal const int Ok = 0;
    internal const int Row = 100;
    internal const int Done = 101;
    internal const int TypeNull = 5;
    internal const int OpenReadOnly = 0x1;
    internal const int OpenReadWrite = 0x2;
    internal const int OpenNoMutex = 0x8000;
    internal const uint PreparePersistent = 0x1;
    internal const int CheckpointPassive = 0;
    internal const int CheckpointTruncate = 3;

    /// <summary>SQLITE_TRANSIENT: the value is copied before the call returns.</summary>
    internal const nint Transient = -1;

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sqlite3_open_v2(string path, out nint database, int flags, nint vfs);

    [LibraryImport(Library)]
    internal static partial int sqlite3_close_v2(nint database);

    [LibraryImport(Library)]
    internal static partial int sqlite3_extended_result_codes(nint database, int on);

    [LibraryImport(Library)]
    internal static partial int sqlite3_busy_timeout(nint database, int milliseconds);

    [LibraryImport(Library)]
    internal static partial byte* sqlite3_errmsg(nint database);

    [LibraryImport(Library)]
    internal static partial byte* sqlite3_errstr(int code);

    [LibraryImport(Library)]
    internal static partial void sqlite3_interrupt(nint database);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int sqlite3_get_autocommit(nint database);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int sqlite3_changes(nint database);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sqlite3_exec(nint database, string sql, nint callback, nint argument, nint message);

    [LibraryImport(Library)]
    internal static partial int sqlite3_prepare_v3(
        nint database, byte* sql, int length, uint flags, out nint statement, byte** tail);

    [LibraryImport(Library)]
    internal static partial int sqlite3_finalize(nint statement);

    [LibraryImport(Library)]
    internal static partial int sqlite3_step(nint statement);

    [LibraryImport(Library)]
    internal static partial int sqlite3_reset(nint statement);

    [LibraryImport(Library)]
    internal static partial int sqlite3_clear_bindings(nint statement);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int sqlite3_bind_null(nint statement, int index);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int sqlite3_bind_int64(nint statement, int index, long value);

    [LibraryImport(Library)]
    internal static partial int sqlite3_bind_text(nint statement, int index, byte* value, int length, nint destructor);

    [LibraryImport(Library)]
    internal static partial int sqlite3_bind_blob(nint statement, int index, byte* value, int length, nint destructor);

    [LibraryImport(Library)]
    internal static partial int sqlite3_bind_zeroblob(nint statement, int index, int length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int sqlite3_column_type(nint statement, int index);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial long sqlite3_column_int64(nint statement, int index);

    [LibraryImport(Library)]
    internal static partial byte* sqlite3_column_blob(nint statement, int index);

    [LibraryImport(Library)]
    internal static partial int sqlite3_column_bytes(nint statement, int index);

    [LibraryImport(Library)]
    internal static partial int sqlite3_wal_checkpoint_v2(
        nint database, nint name, int mode, out int frames, out int checkpointed);

    [LibraryImport(Library)]
    internal static partial nint sqlite3_wal_hook(
        nint database, delegate* unmanaged[Cdecl]<void*, nint, byte*, int, int> callback, void* argument);
}
