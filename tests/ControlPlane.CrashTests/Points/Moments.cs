namespace ControlPlane.CrashTests.Points;

/// <summary>What the harness sees from outside; one of these moments can be the one at which the server is killed.</summary>
internal sealed class Moments
{
    private string? _name;
    private int _left;
    private Action _kill = () => { };

    /// <summary>Kills when a moment has come a number of times.</summary>
    public void Arm(KillPoint? point, Action kill)
    {
        (_left, _kill) = (point?.Count ?? 0, kill);
        Volatile.Write(ref _name, point?.Moment);
    }

    public void Reached(string name)
    {
        if (Volatile.Read(ref _name) == name && Interlocked.Decrement(ref _left) == 0)
        {
            _kill();
        }
    }
}
