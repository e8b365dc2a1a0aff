using System.Collections.Immutable;

namespace ControlPlane.CrashTests.Ledger;

/// <summary>What a webhook is from some moment between two times on.</summary>
/// <param name="From">When the change was sent.</param>
/// <param name="Until">When it was acknowledged, or known to have been made; never, if its fate is unknown.</param>
internal sealed record WebhookVersion(long From, long Until)
{
    public const long Never = long.MaxValue;

    /// <summary>It exists.</summary>
    public bool Exists { get; init; }

    public bool Enabled { get; init; } = true;

    public ImmutableArray<string> EventTypes { get; init; } = [];

    /// <summary>Differs from version to version, which tells them apart.</summary>
    public string Description { get; init; } = "";

    /// <summary>The secrets that sign, newest first.</summary>
    public ImmutableArray<string> Secrets { get; init; } = [];

    public bool Receives(string type) => Exists && Enabled && EventTypes.Any(pattern => Covers(pattern, type));

    private static bool Covers(string pattern, string type) =>
        pattern == "*" || pattern == type
        || (pattern.EndsWith(".*", StringComparison.Ordinal) && type.StartsWith(pattern[..^1], StringComparison.Ordinal));
}
