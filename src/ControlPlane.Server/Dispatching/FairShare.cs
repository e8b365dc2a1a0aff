namespace ControlPlane.Server.Dispatching;

/// <summary>
/// Max-min fair shares of a bounded number of things. While most of them are free anybody takes as many as it needs. The last eighth
/// is a reserve for those that hold less than an equal part, so that whoever comes late finds something free.
/// </summary>
internal static class FairShare
{
    /// <summary>How many can be taken until the reserve begins.</summary>
    public static int Open(int limit) => limit - (limit / 8);

    /// <summary>When more than this are taken, half of the reserve is gone.</summary>
    public static int Scarce(int limit) => limit - (limit / 16);

    /// <summary>What each of so many holders may hold when all of them want more; at least 1.</summary>
    public static int Part(int limit, int holders) => Math.Max(1, Open(limit) / Math.Max(1, holders));

    /// <summary>Whether one more may be taken.</summary>
    /// <param name="limit">How many there are.</param>
    /// <param name="taken">How many are taken.</param>
    /// <param name="holders">How many share them, the one that asks included.</param>
    /// <param name="own">How many the one that asks holds.</param>
    public static bool Allows(int limit, int taken, int holders, int own) =>
        taken < Open(limit) || (taken < limit && own < Part(limit, holders));
}
