using LiteDB;
using LiteDB.Engine;

namespace ControlPlane.Storage.LiteDb;

/// <summary>The files of a store, and LiteDB over them. For one thread at a time.</summary>
internal sealed class StoreFiles : IDisposable
{
    /// <summary>Up to this size all pages are read at every start, which takes well under a second.</summary>
    private const long QuicklyRead = 64 << 20;

    private readonly IStoreFile[] _files;
    private DocumentStore? _documents;

    private StoreFiles(IStoreFile data, IStoreFile log, IStoreFile sums)
    {
        _files = [data, log, sums];
        Data = new DataStream(data, new PageSums(sums));
        Log = new LogStream(log, LogEnd.Find(log));
        Pages = new LoggedPages(Log);
        Log.Synced = Pages.Note;
        Data.Newer = Pages.TryRead;
    }

    /// <summary>What is committed.</summary>
    /// <exception cref="StorageUnavailableException">It could not be opened again after a failure.</exception>
    public DocumentStore Documents => _documents ?? throw new StorageUnavailableException("The store cannot be used now: it could not be opened again.");

    public bool IsOpen => _documents is not null;

    public DataStream Data { get; }

    public LogStream Log { get; }

    /// <summary>The pages that are in the log.</summary>
    public LoggedPages Pages { get; }

    /// <summary>Where the log of a store is.</summary>
    public static string LogOf(string path) => path + "-log";

    /// <summary>Where the checksums of a store's pages are.</summary>
    public static string SumsOf(string path) => path + "-sums";

    /// <param name="path">The data file.</param>
    /// <param name="open">Opens a file.</param>
    /// <param name="isNew">Whether the store was never whole, so that its files need not fit together.</param>
    public static StoreFiles Open(string path, Func<string, IStoreFile> open, bool isNew)
    {
        var opened = new List<IStoreFile>();
        try
        {
            opened.AddRange(new[] { path, LogOf(path), SumsOf(path) }.Select(open));
            var files = new StoreFiles(opened[0], opened[1], opened[2]);
            files.Begin(isNew);
            return files;
        }
        catch
        {
            opened.ForEach(file => file.Dispose());
            throw;
        }
    }

    /// <summary>
    /// Takes back everything that is not synced: LiteDB is opened anew over what is. That takes as long as reading the log, and
    /// leaves nothing in memory that a failed transaction could have left there.
    /// </summary>
    public void Reopen()
    {
        _documents?.Engine.Dispose();
        _documents = null;
        Log.Discard();
        _documents = OpenEngine();
    }

    /// <summary>Has LiteDB copy what is left of the log into the data file, and cut it. No transaction may be open.</summary>
    public void Checkpoint()
    {
        Log.Skips = Pages.IsCopied;
        try
        {
            Documents.Engine.Checkpoint();
        }
        catch
        {
            // Nothing is lost: what is committed stays in the log. LiteDB can be half way. It is to read all of the log: what it takes for
            // committed is what it finds there, and the next checkpoint copies nothing else.
            Log.Skips = null;
            ForgetIfCut();
            Reopen();
            throw;
        }
        finally
        {
            Log.Skips = null;
            ForgetIfCut();
        }
    }

    public void Dispose()
    {
        _documents?.Engine.Dispose();
        _documents = null;
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    /// <summary>Copies what an earlier process left in the log into the data file, before LiteDB sees either.</summary>
    private void Begin(bool isNew)
    {
        var page = new byte[LogFrame.PageSize];
        for (uint number = 0; number < Log.Frames; number++)
        {
            Log.ReadSynced(number, page);
            Pages.Note(number, page);
        }

        if (Log.Frames > 0 && !isNew)
        {
            // Before a page of it is written: a backup can have been put beside the log of what it replaces.
            Data.CheckBase(Pages, QuicklyRead / LogFrame.PageSize);
        }

        try
        {
            if (Log.Frames > 0)
            {
                Pages.Copy(Data);
            }

            // Also if it is empty: what was left behind the end must not be taken for a part of what comes now.
            Log.Restart();
        }
        catch (IOException)
        {
            // Such as a full disk. LiteDB reads from the log what it has.
        }

        ForgetIfCut();
        if (Log.Frames == 0)
        {
            Data.CheckLength();
            if (Data.Length <= QuicklyRead)
            {
                Data.Check(_ => true, CancellationToken.None);
            }
        }

        _documents = OpenEngine();
    }

    private void ForgetIfCut()
    {
        if (Log.Frames == 0)
        {
            Pages.Clear();
        }
    }

    private DocumentStore OpenEngine()
    {
        var engine = new LiteEngine(new EngineSettings { DataStream = Data, LogStream = Log, Collation = Collation.Binary });
        return new DocumentStore(engine);
    }
}
