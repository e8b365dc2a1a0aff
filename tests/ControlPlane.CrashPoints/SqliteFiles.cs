using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ControlPlane.CrashPoints;

/// <summary>
/// Points inside a commit and a checkpoint: where SQLite writes and syncs its files. The system's file layer stays what is used;
/// the two calls in question go through here (https://www.sqlite.org/c3ref/io_methods.html).
/// </summary>
internal static unsafe partial class SqliteFiles
{
    private const string Library = "e_sqlite3";
    private const int MainFile = 0x0100;
    private const int LogFile = 0x80000;

    // Of sqlite3_vfs: three integers (padded), a pointer, the name, the application's data, then xOpen.
    private const int OpenSlot = 5;

    // Of sqlite3_io_methods in its third version: the version, then 18 functions.
    private const int MethodSlots = 19;
    private const int WriteSlot = 3;
    private const int SyncSlot = 5;

    private static CrashPoint _point = null!;
    private static int _file;
    private static delegate* unmanaged[Cdecl]<void*, byte*, void**, int, int*, int> _open;
    private static delegate* unmanaged[Cdecl]<void*, byte*, int, long, int> _write;
    private static delegate* unmanaged[Cdecl]<void*, int, int> _sync;
    private static void** _methods;

    public static void Watch(CrashPoint point)
    {
        (_point, _file) = (point, point.Subject == "wal" ? LogFile : MainFile);
        var system = (void**)sqlite3_vfs_find(null);
        _open = (delegate* unmanaged[Cdecl]<void*, byte*, void**, int, int*, int>)system[OpenSlot];
        system[OpenSlot] = (delegate* unmanaged[Cdecl]<void*, byte*, void**, int, int*, int>)&Open;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(void* system, byte* name, void** file, int flags, int* opened)
    {
        var code = _open(system, name, file, flags, opened);
        if (code == 0 && (flags & _file) != 0)
        {
            lock (_point)
            {
                if (_methods is null)
                {
                    var own = (void**)file[0];
                    _methods = (void**)NativeMemory.Alloc(MethodSlots, (nuint)sizeof(void*));
                    new ReadOnlySpan<nint>(own, MethodSlots).CopyTo(new Span<nint>(_methods, MethodSlots));
                    _write = (delegate* unmanaged[Cdecl]<void*, byte*, int, long, int>)own[WriteSlot];
                    _sync = (delegate* unmanaged[Cdecl]<void*, int, int>)own[SyncSlot];
                    _methods[WriteSlot] = (delegate* unmanaged[Cdecl]<void*, byte*, int, long, int>)&Write;
                    _methods[SyncSlot] = (delegate* unmanaged[Cdecl]<void*, int, int>)&Sync;
                }
            }

            file[0] = _methods;
        }

        return code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(void* file, byte* content, int size, long offset)
    {
        if (_point.Place is Place.Write or Place.HalfWritten && _point.IsNow())
        {
            if (_point.Place == Place.HalfWritten)
            {
                _ = _write(file, content, size / 2, offset);
            }

            CrashPoint.End();
        }

        return _write(file, content, size, offset);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(void* file, int flags)
    {
        if (_point.Place == Place.Sync)
        {
            _point.Reached();
        }

        var code = _sync(file, flags);
        if (_point.Place == Place.Synced)
        {
            _point.Reached();
        }

        return code;
    }

    [LibraryImport(Library)]
    private static partial void* sqlite3_vfs_find(byte* name);
}
