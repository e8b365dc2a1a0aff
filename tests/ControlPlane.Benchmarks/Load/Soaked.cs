using System.Globalization;
using ControlPlane.Benchmarks.Processes;

namespace ControlPlane.Benchmarks.Load;

/// <summary>What a server was like in one interval.</summary>
/// <param name="Looks">Its memory, files and descriptors, again and again.</param>
/// <param name="CpuPercent">Its processor time, in % of one core.</param>
/// <param name="Times">How long publishes took.</param>
internal sealed record Soaked(IReadOnlyList<ServerLook> Looks, double CpuPercent, PublishTimes Times)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"resident {Looks.Average(look => look.Resident):F0} MB (at most {Looks.Max(look => look.Resident):F0}), data file {Looks[^1].Data:F0} MB, "
        + $"log {Looks.Average(look => look.Log):F1} MB (at most {Looks.Max(look => look.Log):F1}), descriptors {Looks.Average(look => look.Descriptors):F0} "
        + $"(at most {Looks.Max(look => look.Descriptors):F0}), CPU {CpuPercent:F0} %, "
        + $"publish p50 {Times.Call.At(0.5):F1} ms, p99 {Times.Call.At(0.99):F1} ms, made late by p50 {Times.Late.At(0.5):F1} ms");

    /// <summary>How much the mean of something over the last third of all looks is of its mean over the middle third.</summary>
    public static double LastOfMiddleThird(IReadOnlyList<Soaked> intervals, Func<ServerLook, double> what)
    {
        var looks = intervals.SelectMany(each => each.Looks).Select(what).ToList();
        var third = looks.Count / 3;
        return looks.TakeLast(third).Average() / Math.Max(looks.Skip(third).Take(third).Average(), double.Epsilon);
    }
}
