namespace ControlPlane.CrashTests.Points;

/// <summary>Deals the points: each once in a random order, then again in another.</summary>
internal sealed class KillPlan(int seed, string provider)
{
    /// <summary>The engine that several nodes share.</summary>
    public const string Shared = "postgres";

    private readonly Random _random = new(seed);
    private readonly Queue<Func<Random, KillPoint>> _dealt = [];

    public KillPoint Next()
    {
        if (_dealt.Count == 0)
        {
            Func<Random, KillPoint>[] deck = [.. KillPoints.Of(provider)];
            _random.Shuffle(deck);
            foreach (var point in deck)
            {
                _dealt.Enqueue(point);
            }
        }

        return _dealt.Dequeue()(_random);
    }
}
