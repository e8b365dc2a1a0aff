namespace ControlPlane.Server.Webhooks.Retries;

/// <summary>A named list of delays.</summary>
/// <param name="Name">What a retry policy calls it.</param>
/// <param name="Delays">How long to wait before attempt 2, 3, ...; there are no more attempts than that.</param>
/// <param name="Jitter">The jitter of a policy that sets none.</param>
internal sealed record RetryPreset(string Name, IReadOnlyList<TimeSpan> Delays, double Jitter)
{
    /// <summary>Ten attempts over three days: what a policy without a backoff means.</summary>
    public static RetryPreset Standard { get; } = new(
        "standard",
        [
            TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
            TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
        ],
        Jitter: 0.2);

    /// <summary>Every preset, <see cref="Standard"/> first; the others retry as the platforms of that name document.</summary>
    public static IReadOnlyList<RetryPreset> All { get; } =
    [
        Standard,
        new("wawp", [.. Enumerable.Repeat(TimeSpan.FromSeconds(2), 15)], Jitter: 0),
        new("wahooks", Seconds(5, 10, 20, 40, 80), Jitter: 0),
        new("gowa", Seconds(2, 4), Jitter: 0),
    ];

    /// <summary>How many attempts there are at most, the first included.</summary>
    public int Attempts => Delays.Count + 1;

    /// <summary>The preset of that exact name, or null.</summary>
    public static RetryPreset? Find(string name) => All.FirstOrDefault(preset => preset.Name == name);

    /// <summary>The preset that a stored policy without a backoff means: one that this version does not know is the standard.</summary>
    public static RetryPreset Of(string? name) => (name is null ? null : Find(name)) ?? Standard;

    private static TimeSpan[] Seconds(params ReadOnlySpan<int> seconds)
    {
        var delays = new TimeSpan[seconds.Length];
        for (var i = 0; i < delays.Length; i++)
        {
            delays[i] = TimeSpan.FromSeconds(seconds[i]);
        }

        return delays;
    }
}
