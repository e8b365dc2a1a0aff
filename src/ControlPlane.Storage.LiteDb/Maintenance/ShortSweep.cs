using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.LiteDb;

/// <summary>A sweep that looks at a little at a time, as the writer waits for each read, until it has found enough to remove.</summary>
internal abstract class ShortSweep(int batch) : Sweep<DocumentStore, WriteSession>(batch)
{
    /// <summary>Documents that a look walks over.</summary>
    protected const int LookAtMost = ReadBounds.LookAtMost;

    /// <summary>What finding one document by itself costs, in documents walked over.</summary>
    protected const int Seek = 8;

    /// <summary>How many looks are made before what they found is removed, or nothing.</summary>
    private const int Looks = 20;

    private int _looks;

    /// <summary>How much was found that is to be removed.</summary>
    protected abstract int Found { get; }

    /// <summary>Whether what was found is to be removed now.</summary>
    protected virtual bool IsFull => Found >= Batch;

    public sealed override bool Look(DocumentStore reader)
    {
        if (!LooksOn)
        {
            _looks = 0;
            Forget();
        }

        LookOn(reader);
        LooksOn = ++_looks < Looks && !IsFull && !Finished;
        return Found > 0;
    }

    /// <summary>Forgets what was found.</summary>
    protected abstract void Forget();

    /// <summary>Looks on and adds to what was found.</summary>
    protected abstract void LookOn(DocumentStore reader);
}
